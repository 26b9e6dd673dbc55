/** A Mesos inside the test's own process, with agents as the test needs them, and a scheduler beside it. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalMesos, startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { type Api, apiOf } from './api.ts';
import { flinkMesos } from './process.ts';
import { leaveNothing } from './stack.ts';

type Agents = NonNullable<Parameters<typeof startLocalMesos>[0]>['agents'];

export interface EmbeddedStack {
  readonly mesos: LocalMesos;
  readonly api: Api;
  /** A call of Mesos' operator API, and what it answers. */
  operator(call: object): Promise<string>;
  /** Ends what runs, and fails if a process is left. */
  close(): Promise<void>;
}

export async function startEmbeddedStack(agents: Agents, options: readonly string[]): Promise<EmbeddedStack> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-'));
  const mesos = await startLocalMesos({ workDir: join(directory, 'mesos'), agents });
  const scheduler = flinkMesos([
    ...['scheduler', '--data-dir', join(directory, 'scheduler'), '--mesos-master', new URL(mesos.masterUrl).host],
    ...['--listen', '127.0.0.1:0', ...options],
  ]);
  return {
    mesos,
    api: await apiOf(scheduler),
    async operator(call) {
      const answer = await fetch(`${mesos.masterUrl}/api/v1`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(call),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text;
    },
    async close() {
      await scheduler.kill('SIGTERM');
      await mesos.close();
      await leaveNothing(directory);
    },
  };
}
