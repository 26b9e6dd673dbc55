/** The real `npm start`, from the moment that it is typed to the line in which it says that its job is RUNNING. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface ByStart {
  readonly version: string;
  readonly taskManagers: number;
  readonly signal: AbortSignal;
}

export async function secondsByStart(options: ByStart): Promise<number> {
  options.signal.throwIfAborted();
  const dataDir = await mkdtemp(join(tmpdir(), 'flink-mesos-bench-'));
  try {
    return await runOnce(startCommand(dataDir, options), options);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

function startCommand(dataDir: string, { version, taskManagers }: ByStart): string[] {
  const flink = process.env.FLINK_HOME ? [] : ['--flink-version', version];
  const size = ['--task-managers', String(taskManagers)];
  const listen = ['--listen', '127.0.0.1:0', '--mesos-listen', '127.0.0.1:0'];
  return ['start', '--', '--data-dir', dataDir, ...listen, ...flink, ...size, '--exit-when-running'];
}

async function runOnce(args: readonly string[], { signal, taskManagers }: ByStart): Promise<number> {
  const startedAt = performance.now();
  const npm = spawn('npm', args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => npm.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  let seconds: number | undefined;
  const said: string[] = [];
  const listen = (line: string) => {
    said.push(line);
    if (/\bjob RUNNING, all its tasks\b/.test(line)) seconds ??= (performance.now() - startedAt) / 1000;
  };
  createInterface(npm.stdout).on('line', listen);
  createInterface(npm.stderr).on('line', listen);
  const [code] = await once(npm, 'close');
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (code !== 0 || seconds === undefined) {
    throw new Error(
      `npm ${args.join(' ')} ended with ${code}${seconds ? '' : ', without a job RUNNING'}:\n${said.join('\n')}`,
    );
  }
  // Else it was somebody else's cluster on this machine that answered.
  const registered = said.filter((line) => /\bTaskManager registered\b/.test(line)).length;
  if (registered < taskManagers) throw new Error(`only ${registered} TaskManagers registered:\n${said.join('\n')}`);
  return seconds;
}
