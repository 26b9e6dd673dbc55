/** The killer's side of a scheduler under test. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromMember, MemberOptions, ToMember } from './messages.ts';

export interface Member {
  readonly options: MemberOptions;
  /** What it says, in order; undefined once it is dead. */
  next(): Promise<FromMember | undefined>;
  /** Settles when it leads, or is dead. */
  readonly leads: Promise<void>;
  tell(kind: ToMember['kind']): void;
  kill(): void;
  readonly ended: Promise<number | NodeJS.Signals>;
  /** What it wrote to its streams. */
  said(): string;
}

const script = fileURLToPath(new URL('member-process.ts', import.meta.url));

export function startMember(options: MemberOptions): Member {
  const child = fork(script, [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const heard: FromMember[] = [];
  const { promise: leads, resolve: nowLeads } = Promise.withResolvers<void>();
  let dead = false;
  let wake: () => void = () => undefined;
  child.on('message', (message: FromMember) => {
    heard.push(message);
    if (message.kind === 'leads') nowLeads();
    wake();
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 1));
  });
  // What it said before its death is heard before its end.
  child.once('close', () => {
    dead = true;
    nowLeads();
    wake();
  });
  return {
    options,
    next: async () => {
      while (heard.length === 0 && !dead) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return heard.shift();
    },
    tell: (kind) => {
      if (child.connected) child.send({ kind } satisfies ToMember, () => undefined);
    },
    kill: () => child.kill('SIGKILL'),
    leads,
    ended,
    said: () => text,
  };
}
