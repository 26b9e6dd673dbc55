/**
 * One subscription's events, taken by what is looked for. The same update that comes again within a moment counts once:
 * Mesos sends it two or three times when an agent returns, as often as registrations happen to be repeated.
 */
import type { IncomingMessage } from 'node:http';
import { createRecordDecoder } from '../../../src/mesos-api-client/protocol/recordio.ts';
import type { StreamEvent } from './recording.ts';

export const repeatedWithinMs = 900;

export type Stream = ReturnType<typeof createStream>;

/** Updates stand in line behind those of the same task only; so do the operators' events about a task, and the end of each offer. */
export function kindOf(event: StreamEvent, apart = false): string {
  const { type } = event;
  if (apart && event.type === 'OFFERS') return `OFFERS of ${event.offers.offers?.[0]?.hostname}`;
  if (event.type === 'RESCIND') return `RESCIND of ${event.rescind.offer_id.value}`;
  if (event.type === 'RESCIND_INVERSE_OFFER')
    return `RESCIND_INVERSE_OFFER of ${event.rescind_inverse_offer.inverse_offer_id.value}`;
  const body: unknown = Object.values(event).find((value) => typeof value === 'object');
  const about = body as { status?: Named; task?: Named; framework?: unknown } | undefined;
  const task = about?.status?.task_id?.value ?? about?.task?.task_id?.value;
  if (task !== undefined) return `${type.startsWith('TASK_') ? 'operators' : 'UPDATE'} of ${task}`;
  return type === 'OFFERS' || type === 'HEARTBEAT' ? type : 'other';
}

interface Named {
  readonly task_id?: { readonly value: string };
}

export function uuidOf(event: StreamEvent): string | undefined {
  return event.type === 'UPDATE' ? event.update.status.uuid : undefined;
}

/** One event for each offer. */
export function offersApart(event: StreamEvent): StreamEvent[] {
  return event.type === 'OFFERS'
    ? (event.offers.offers ?? []).map((offer) => ({ type: 'OFFERS', offers: { offers: [offer] } }))
    : [event];
}

/** `apart`: offers stand in line behind those of the same agent only. */
export function createStream(now: () => number, apart = false) {
  const queue: StreamEvent[] = [];
  const changed = new EventTarget();
  const lastSeen = new Map<string, number>();
  let response: IncomingMessage | undefined;
  let over = false;

  async function until<Value>(look: () => Value | undefined, withinMs: number): Promise<Value | undefined> {
    const signal = AbortSignal.timeout(withinMs);
    for (;;) {
      const value = look();
      if (value !== undefined || signal.aborted) return value;
      await new Promise<void>((resolve) => {
        changed.addEventListener('change', () => resolve(), { once: true });
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
  function isRepeated(event: StreamEvent): boolean {
    const uuid = uuidOf(event);
    if (uuid === undefined) return false;
    const before = lastSeen.get(uuid);
    lastSeen.set(uuid, now());
    return before !== undefined && now() - before < repeatedWithinMs;
  }
  return {
    read(incoming: IncomingMessage) {
      response = incoming;
      const decoder = createRecordDecoder();
      const end = () => {
        over = true;
        changed.dispatchEvent(new Event('change'));
      };
      incoming.on('data', (chunk: Buffer) => {
        const events = decoder.push(chunk).records.map((record) => JSON.parse(record) as StreamEvent);
        const fresh = events.filter((event) => !isRepeated(event));
        queue.push(...(apart ? fresh.flatMap(offersApart) : fresh));
        changed.dispatchEvent(new Event('change'));
      });
      incoming.on('end', end);
      // A stream that is cut by us or by the death of the master ends this way.
      incoming.on('error', end);
    },
    next: (kind: string, withinMs: number) =>
      until(() => {
        const index = queue.findIndex((event) => kindOf(event, apart) === kind);
        return index < 0 ? undefined : queue.splice(index, 1)[0];
      }, withinMs),
    ended: (withinMs: number) => until(() => (over ? true : undefined), withinMs),
    rest: () => queue.filter(({ type }) => type !== 'HEARTBEAT'),
    /** Resolves when our end is closed. */
    async cut() {
      if (response === undefined || response.closed) return;
      const closed = new Promise((resolve) => response?.once('close', resolve));
      response.destroy();
      await closed;
    },
  };
}
