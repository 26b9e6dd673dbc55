/**
 * Where a scheduler is made to die: at its ports, between what it persists, what it says to Mesos and what it hears. Before
 * a thing is done, while it is under way (asked for, and not yet answered), and after it.
 */
import process from 'node:process';
import { setImmediate as nextRound } from 'node:timers/promises';
import type { SchedulerClient, SchedulerStream } from '../../src/mesos-api-client/scheduler-client.ts';
import type { Store } from '../../src/store/store.ts';

const moments = ['before', 'during', 'after'] as const;
const calls = ['ACCEPT', 'ACKNOWLEDGE', 'DECLINE', 'KILL', 'RECONCILE', 'REVIVE', 'SUPPRESS'] as const;
const events = ['SUBSCRIBED', 'OFFERS', 'UPDATE'] as const;

export const points: readonly string[] = [
  ...moments.flatMap((moment) => [
    `${moment} persist`,
    `${moment} subscribe`,
    ...calls.map((call) => `${moment} ${call}`),
  ]),
  ...events.map((event) => `before ${event} is heard`),
];

/** Dies with -9 when it comes to this point for the nth time. */
export interface Crash {
  readonly point: string;
  readonly nth: number;
}

export interface Crossings {
  at(point: string): void;
  /** Before, during and after something that is done for another. */
  around<T>(what: string, act: () => Promise<T>): Promise<T>;
}

export function crossings(crash: Crash | undefined): Crossings {
  let left = crash?.nth ?? 0;
  const at = (point: string): void => {
    if (point === crash?.point && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
  return {
    at,
    async around(what, act) {
      at(`before ${what}`);
      const done = act();
      // Written to the socket, or on its way to the disk: what becomes of it nobody will have told us.
      void nextRound().then(() => at(`during ${what}`));
      const result = await done;
      at(`after ${what}`);
      return result;
    },
  };
}

export function mortalStore(store: Store, crossing: Crossings): Store {
  return { ...bound(store), commit: (writes) => crossing.around('persist', () => store.commit(writes)) };
}

function bound(store: Store): Store {
  return { load: () => store.load(), commit: (writes) => store.commit(writes), close: () => store.close() };
}

export function mortalClient(client: SchedulerClient, crossing: Crossings): SchedulerClient {
  return {
    subscribe: async (master, call, options) => {
      const answer = await crossing.around('subscribe', () => client.subscribe(master, call, options));
      return answer.kind === 'opened' ? { kind: 'opened', stream: mortalStream(answer.stream, crossing) } : answer;
    },
    close: () => client.close(),
  };
}

function mortalStream(stream: SchedulerStream, crossing: Crossings): SchedulerStream {
  return {
    ...stream,
    events: async function* () {
      for await (const event of stream.events()) {
        crossing.at(`before ${event.type} is heard`);
        yield event;
      }
    },
    call: (call) => crossing.around(call.type, () => stream.call(call)),
    close: () => stream.close(),
  };
}
