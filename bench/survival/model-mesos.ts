/** The parent's side of model-mesos-process.ts. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromModel, ToModel } from './model-mesos-process.ts';

type Counts = Extract<FromModel, { kind: 'counts' }>;

export interface ModelMesos {
  readonly address: string;
  tell(kind: ToModel['kind']): void;
  /** The first counts that satisfy; rejects when time runs out. */
  until(what: string, satisfied: (counts: Counts) => boolean, timeoutMs?: number): Promise<Counts>;
  close(): Promise<void>;
}

export async function startModelMesos(workDir: string, agents: number): Promise<ModelMesos> {
  const script = fileURLToPath(new URL('model-mesos-process.ts', import.meta.url));
  const child = fork(script, [workDir, String(agents)], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const listeners = new Set<(counts: Counts) => void>();
  let last: Counts | undefined;
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the model of Mesos ended (${code})`)));
    child.on('message', (message: FromModel) => {
      if (message.kind === 'ready') return resolve(message.address);
      last = message;
      for (const listener of listeners) listener(message);
    });
  });
  return {
    address,
    tell: (kind) => child.send({ kind } satisfies ToModel),
    until: (what, satisfied, timeoutMs = 120_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => finish(() => reject(new Error(`${what}: not in ${timeoutMs} ms; ${JSON.stringify(last)}`))),
          timeoutMs,
        );
        const finish = (settle: () => void): void => {
          clearTimeout(timer);
          listeners.delete(look);
          settle();
        };
        const look = (counts: Counts): void => {
          if (satisfied(counts)) finish(() => resolve(counts));
        };
        listeners.add(look);
      }),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
