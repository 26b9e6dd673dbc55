/**
 * A subscription at whichever of several masters leads: asks them in turn, follows redirects, and begins anew after a
 * pause while none takes it. For frameworks that do not want to decide about that themselves; the calls that a lost stream
 * leaves open (an ACCEPT without an answer) are still theirs to ask after.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MesosError } from './mesos-error.ts';
import type { SubscribeCall } from './protocol/scheduler.ts';
import type { SchedulerClient, SchedulerStream } from './scheduler-client.ts';

export interface LeaderOptions {
  readonly signal?: AbortSignal;
  /** The pause after the first round without success; default 0.5 s. It doubles up to `maxPauseMs`, default 15 s. */
  readonly firstPauseMs?: number;
  readonly maxPauseMs?: number;
  /** From 0 to 1: pauses are shortened by up to a half, so that many frameworks do not come back at once. */
  readonly random?: () => number;
  /** Told each failure that is not the end of it. */
  readonly onTrouble?: (error: MesosError) => void;
}

/** As the Go library of Mesos has it. */
const maxRedirects = 9;

/** Rejects with the MesosError of a master that refuses for good, or 'closed' once `signal` fires. */
export async function subscribeAtLeader(
  client: SchedulerClient,
  masters: readonly string[],
  call: SubscribeCall,
  options: LeaderOptions = {},
): Promise<SchedulerStream> {
  const { signal, firstPauseMs = 500, maxPauseMs = 15_000, random = Math.random } = options;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    const stream = await askInTurn(client, masters, call, options);
    if (stream !== undefined) return stream;
    await sleep(pauseMs * (1 - random() / 2), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    if (signal?.aborted) throw new MesosError('closed', 'the search for the leading master was given up on our side');
  }
}

async function askInTurn(
  client: SchedulerClient,
  masters: readonly string[],
  call: SubscribeCall,
  { signal, onTrouble }: LeaderOptions,
): Promise<SchedulerStream | undefined> {
  let redirects = 0;
  const toAsk = [...masters];
  for (let master = toAsk.shift(); master !== undefined; master = toAsk.shift()) {
    try {
      const result = await client.subscribe(master, call, signal === undefined ? {} : { signal });
      if (result.kind === 'opened') return result.stream;
      redirects += 1;
      if (redirects <= maxRedirects) toAsk.unshift(result.to);
      else onTrouble?.(new MesosError('unavailable', `masters redirect in a circle, last to ${result.to}`));
    } catch (error) {
      // A stranger at one of the addresses does not speak for the others.
      if (!(error instanceof MesosError) || !(error.retryable || error.code === 'protocol')) throw error;
      onTrouble?.(error);
    }
  }
  return undefined;
}
