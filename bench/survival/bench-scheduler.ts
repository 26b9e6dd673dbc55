/** A scheduler as a supervisor runs it: a process of its own whose log goes to a file. And clusters of many TaskManagers on it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apiAt } from '../../test/end-to-end/support/api.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The API takes at most so many for one cluster. */
const MOST_TASK_MANAGERS = 4_999;

export interface BenchScheduler {
  readonly pid: number;
  /** When it logged the first event of a kind, by its own clock. */
  logged(fact: string, timeoutMs?: number): Promise<number>;
  /** Where its API is; resolves when it leads. */
  url(): Promise<string>;
  standsBy(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** `core`: the only one that it may use (taskset of util-linux). */
export function startBenchScheduler(args: readonly string[], logFile: string, core?: number): BenchScheduler {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', main, 'scheduler', ...args];
  const [program = '', ...rest] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const log = openSync(logFile, 'w');
  const child = spawn(program, rest, { stdio: ['ignore', log, log] });
  const look = <T>(what: string, find: (text: string) => T | undefined, timeoutMs = 300_000): Promise<T> =>
    lookInto(logFile, child, what, find, timeoutMs);
  return {
    pid: child.pid ?? 0,
    logged: (fact, timeoutMs) => look(fact, (text) => timeOf(fact, text), timeoutMs),
    url: () => look('its address', (text) => /API at (http:\/\/[^\s,]+)/.exec(text)?.[1]),
    standsBy: () =>
      look('that it stands by', (text) => (text.includes('waiting for its turn') ? true : undefined)).then(
        () => undefined,
      ),
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

async function lookInto<T>(
  file: string,
  child: ChildProcess,
  what: string,
  find: (text: string) => T | undefined,
  timeoutMs: number,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = find(readFileSync(file, 'utf8'));
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`the scheduler ended before it said ${what}; see ${file}`);
    if (Date.now() > deadline) throw new Error(`the scheduler did not say ${what} in ${timeoutMs} ms; see ${file}`);
    await sleep(200);
  }
}

function timeOf(fact: string, text: string): number | undefined {
  const line = text.split('\n').find((each) => each.includes(`"fact":"${fact}"`));
  return line === undefined ? undefined : Date.parse((JSON.parse(line) as { time: string }).time);
}

/** Asks for clusters that have so many tasks in all, one JobManager each among them. */
export async function requestTasks(url: string, tasks: number, name: string): Promise<void> {
  const api = apiAt(url);
  for (let left = tasks, index = 0; left > 0; index += 1) {
    const count = Math.min(left - 1, MOST_TASK_MANAGERS);
    await api.send('POST', '/v1/clusters', { name: `${name}-${index}`, taskManagers: { mode: 'fixed', count } });
    left -= count + 1;
  }
}

export async function residentMiB(pid: number): Promise<number> {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1024);
}

/** User and system time of all its threads, as Linux counts it: in hundredths. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
