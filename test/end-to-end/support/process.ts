/** flink-mesos processes as a user starts them: spawned, listened to, ended by pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
export const repository = fileURLToPath(new URL('../../../', import.meta.url));

export interface Ends {
  kill(signal: NodeJS.Signals): Promise<unknown>;
}

export interface Running extends Ends {
  readonly pid: number;
  /** All that it has printed so far, both streams. */
  output(): string;
  /** Resolves with the match as soon as the output matches; rejects when the process ends first. */
  said(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  exited(): Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Class archives outlast their clusters: a test that wants some says where they may lie. */
const nothingKept = { FLINK_MESOS_CLASS_ARCHIVES: 'none' };

export function flinkMesos(args: readonly string[], env: Record<string, string> = {}): Running {
  const all = ['--disable-warning=ExperimentalWarning', main, ...args];
  return run(process.execPath, all, { env: { ...nothingKept, ...env } });
}

/** What a command of the client answers when it is told `--json`, among what it says besides. */
export async function answerOf<Answer>(schedulerUrl: string, args: readonly string[]): Promise<Answer> {
  // With the first option: what follows a jar is the job's.
  const at = args.findIndex((arg) => arg.startsWith('-'));
  const words = args.toSpliced(at < 0 ? args.length : at, 0, '--json');
  const command = flinkMesos(words, { FLINK_MESOS_URL: schedulerUrl });
  const code = await command.exited();
  const output = command.output();
  if (code !== 0) throw new Error(`flink-mesos ${args.join(' ')}: ${code}\n${output}`);
  return JSON.parse(output.slice(output.search(/^[[{]/m))) as Answer;
}

export function run(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Running {
  const child = spawn(command, args, {
    cwd: options.cwd ?? repository,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return follow(child, `${command} ${args.join(' ')}`);
}

function follow(child: ChildProcess, title: string): Running {
  let output = '';
  const watchers = new Set<() => void>();
  const heard = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
    for (const watcher of watchers) watcher();
  };
  child.stdout?.on('data', heard);
  child.stderr?.on('data', heard);
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    said: (pattern, timeoutMs = patienceMs) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          clearTimeout(timer);
          watchers.delete(look);
          settle();
        };
        const fail = (why: string): void =>
          finish(() => reject(new Error(`${title}: ${why} before it said ${pattern}:\n${output}`)));
        const look = (): void => {
          const match = pattern.exec(output);
          if (match !== null) finish(() => resolve(match));
        };
        const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
        watchers.add(look);
        look();
        void ended.then((how) => fail(`ended (${how})`));
      }),
    exited: () => ended,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Enough for any machine: what is waited for either comes or is a defect. */
export const patienceMs = 300_000;

/** Asks again until the answer is there; the last refusal is the error when time runs out. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  let last: unknown = 'no answer yet';
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within ${patienceMs} ms (${last instanceof Error ? last.message : String(last)})`);
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
