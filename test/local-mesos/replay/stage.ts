/** An embedded Mesos of its own for a recording: its addresses, and what operators do to its processes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultMasterOptions } from '../../../src/local-mesos/model/master-io.ts';
import type { LocalAgent } from '../../../src/local-mesos/server/local-agent.ts';
import { type LocalMesos, startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { createPlayClock } from './play-clock.ts';
import type { Stage } from './player.ts';
import type { Recording } from './recording.ts';

export async function openStage(
  { options, batchAt }: Recording,
  pace: number,
): Promise<Stage & { close(): Promise<void> }> {
  const clock = createPlayClock(batchAt - (options.allocationMs ?? defaultMasterOptions.allocationMs) / 1000, pace);
  const workDir = mkdtempSync(join(tmpdir(), 'replay-'));
  const mesos = await startLocalMesos({ ...options, clock, workDir, report: () => undefined });
  const names = Array.isArray(options.agents) ? options.agents.map(({ hostname }) => hostname ?? '') : [];
  const agentNamed = (name: string): LocalAgent => {
    const agent = mesos.agents[names.indexOf(name)];
    if (agent === undefined) throw new Error(`there is no agent ${name}`);
    return agent;
  };
  await clock.advanceTo(0);
  return {
    clock,
    address: (to) => ({ host: '127.0.0.1', port: to === undefined ? mesos.port : agentNamed(to).port }),
    do: (deed) => (deed === 'end tasks' ? endTasks(workDir) : carryOut(deed, mesos, agentNamed)),
    known: [...inEitherForm('/var/lib/mesos', join(workDir, 'agents', '0')), ...ourExecutor],
    async close() {
      await mesos.close();
      rmSync(workDir, { recursive: true, force: true });
    },
  };
}

/** As it stands in bodies, and in the query of a request. */
function inEitherForm(theirs: string, own: string): (readonly [string, string])[] {
  return [
    [theirs, own],
    [encodeURIComponent(theirs), encodeURIComponent(own)],
  ];
}

/** What the recorded program does, ours does too; it is no Python. */
const echoExecutor = fileURLToPath(new URL('../support/echo-executor.ts', import.meta.url));
const ourExecutor: readonly (readonly [string, string])[] = [
  ['exec python3 executor.py', `exec ${process.execPath} echo-executor.ts`],
  ['/srv/files/executor.py', echoExecutor],
];
/** Tasks that wait for this file end now, whether or not their agent sees it; resolves when they have. */
async function endTasks(workDir: string): Promise<void> {
  const file = join(workDir, 'agents', '0', 'over');
  writeFileSync(file, '');
  const isWaiting = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file);
    } catch {
      return false; // it has ended meanwhile
    }
  };
  while (
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .some(isWaiting)
  )
    await sleep(20);
}

async function carryOut(deed: string, mesos: LocalMesos, agentNamed: (name: string) => LocalAgent): Promise<void> {
  const [verb, name = ''] = deed.split(' ');
  if (name === 'master') return carryOutOnMaster(verb, mesos.master);
  const agent = agentNamed(name);
  switch (verb) {
    case 'pause':
      return agent.pause();
    case 'resume':
      return agent.resume();
    case 'kill':
      return agent.kill();
    case 'restart':
      return agent.restart();
    case 'await-end-of':
      await agent.ended;
      return;
    default:
      throw new Error(`nobody does ${deed}`);
  }
}

/** A master that is in recovery stays there until it is told. */
const recoveries = new WeakMap<LocalMesos['master'], () => void>();

async function carryOutOnMaster(verb: string | undefined, master: LocalMesos['master']): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  switch (verb) {
    case 'kill':
      return master.kill();
    case 'restart':
      return master.restart();
    case 'restart-into-recovery':
      recoveries.set(master, resolve);
      return master.restart({ recovered: promise });
    case 'finish-recovery':
      recoveries.get(master)?.();
      return;
    default:
      throw new Error(`nobody does ${verb} to a master`);
  }
}
