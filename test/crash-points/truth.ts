/** What really happened, by the tasks' own word and the processes of this machine; no scheduler is asked. */
import { readdir, readFile } from 'node:fs/promises';

/** Ids of the tasks that said that they start, as often as they did. */
export async function starts(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

export function repeated(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id).size);
}

/** The tasks below a work directory that sleep at this moment. */
export async function living(directory: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(pids.map((pid) => taskOf(pid, directory)));
  return found.filter((id) => id !== undefined).sort();
}

async function taskOf(pid: string, directory: string): Promise<string | undefined> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  if ((await read('cmdline')).split('\0').join(' ').trim() !== 'sleep 100000') return undefined;
  const environment = (await read('environ')).split('\0');
  if (!environment.some((each) => each.startsWith('MESOS_SANDBOX=') && each.includes(directory))) return undefined;
  return environment.find((each) => each.startsWith('TASK_ID='))?.slice('TASK_ID='.length);
}
