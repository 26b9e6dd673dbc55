/**
 * A process of its own: the embedded master, behind its HTTP API, with model agents. The parent is told over IPC how many
 * tasks were launched and how many updates acknowledged, and when; it may have updates held back until it says so.
 *
 *   fork(this, [WORK_DIR, AGENTS])
 */
import process from 'node:process';
import type { EpochMs } from '../../src/lib/brand.ts';
import { createLinkPair } from '../../src/local-mesos/server/link-pair.ts';
import { startMaster } from '../../src/local-mesos/server/master-server.ts';
import { ModelAgent } from './model-agent.ts';

export interface Count {
  readonly count: number;
  readonly lastAt: EpochMs;
}

export type FromModel =
  | { readonly kind: 'ready'; readonly address: string }
  | { readonly kind: 'counts'; readonly launched: Count; readonly acknowledged: Count };

export type ToModel = { readonly kind: 'hold' } | { readonly kind: 'release' } | { readonly kind: 'reset' };

const REPORT_MS = 50;
const [workDir = '', agents = '1'] = process.argv.slice(2);
const master = await startMaster({ port: 0, workDir, allocationMs: 200, maxCompletedTasksPerFramework: 1_000 });
let held = false;
let launched = none();
let acknowledged = none();
const events = {
  launched: () => {
    launched = next(launched);
  },
  acknowledged: () => {
    acknowledged = next(acknowledged);
  },
  mayReport: () => !held,
};
const all = Array.from({ length: Number(agents) }, () => {
  const pair = createLinkPair();
  master.agentConnected(pair.master);
  return new ModelAgent(pair.agent, { cpus: 256, memMiB: 1024 * 1024, ports: 1_000 }, events);
});
process.on('message', (message: ToModel) => {
  held = message.kind === 'hold' || (held && message.kind !== 'release');
  if (message.kind === 'reset') [launched, acknowledged] = [none(), none()];
  if (message.kind === 'release') for (const agent of all) agent.release();
});
process.on('disconnect', () => process.exit(0));
setInterval(() => tell({ kind: 'counts', launched, acknowledged }), REPORT_MS);
tell({ kind: 'ready', address: `127.0.0.1:${master.port}` });

function tell(message: FromModel): void {
  if (process.connected) process.send?.(message);
}

function none(): Count {
  return { count: 0, lastAt: 0 };
}

function next({ count }: Count): Count {
  return { count: count + 1, lastAt: Date.now() };
}
