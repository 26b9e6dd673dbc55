/** Whether a supervisor should leave this scheduler alone: its loop turns, and the master was heard of lately. */
import type { EpochMs } from '../lib/brand.ts';
import type { Problem } from '../lib/problem.ts';
import type { Runtime } from '../runtime/runtime.ts';

export interface Health {
  readonly healthy: boolean;
  readonly why?: string;
}

/** A master that fails over is back within seconds; one that stays away for a minute is worth an alarm. */
const TOLERATED_MS = 60_000;

export function watchHealth(
  runtime: Pick<Runtime, 'scheduler' | 'onFact' | 'ended'>,
  now: () => EpochMs,
): () => Health {
  let subscribed = false;
  /** When the subscription was last known to stand. */
  let lastSeen: EpochMs | undefined;
  let ended: { readonly problem: Problem | undefined } | undefined;
  runtime.onFact(({ at, fact }) => {
    if (fact.kind !== 'master.subscribed' && fact.kind !== 'master.lost') return;
    // Every attempt that fails is a loss as well: only the first one tells when the subscription ended.
    if (subscribed || fact.kind === 'master.subscribed') lastSeen = at;
    subscribed = fact.kind === 'master.subscribed';
  });
  void runtime.ended.then((problem) => {
    ended = { problem };
  });

  return () => {
    if (ended !== undefined) return { healthy: false, why: ended.problem?.message ?? 'the scheduler has been stopped' };
    const { connection, uninstall } = runtime.scheduler();
    // It has done what it was asked for.
    if (uninstall?.stage === 'done') return { healthy: true };
    if (connection.state === 'subscribed' || connection.state === 'standby') return { healthy: true };
    // Its framework was removed. Started again it would be the same: so a supervisor is to leave it alone, and people are told.
    if (connection.state === 'stopped') return { healthy: true, why: connection.message };
    if (lastSeen === undefined) return { healthy: false, why: 'not subscribed at a Mesos master yet' };
    const awayMs = now() - lastSeen;
    if (awayMs < TOLERATED_MS) return { healthy: true };
    return { healthy: false, why: `the Mesos master has been away for ${Math.round(awayMs / 1000)} s` };
  };
}
