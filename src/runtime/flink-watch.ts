/**
 * Looks at the REST of every JobManager that runs, each at its own pace and never twice at once, and reports what it
 * saw. A look that fails or takes too long is reported as silence; what that means is the planner's to judge. So is one
 * at which somebody else answers: the first look, and the first after each silence, asks who it is.
 */
import _ from 'lodash';
import type { FlinkObservation } from '../flink/plan/observation.ts';
import type { ClusterName } from '../flink/plan/records.ts';
import type { FlinkRest } from '../flink/rest/flink-rest.ts';
import type { EpochMs } from '../lib/brand.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { Clock } from './clock.ts';

export interface WatchTarget {
  readonly cluster: ClusterName;
  readonly jobManager: TaskId;
  readonly url: string;
  readonly everyMs: number;
}

export interface FlinkWatch {
  /** The JobManagers to look at from now on; a new one is looked at at once. */
  follow(targets: readonly WatchTarget[]): void;
  stop(): void;
}

export interface WatchParts {
  readonly clock: Clock;
  readonly rest: Pick<FlinkRest, 'observe' | 'prove'>;
  readonly report: (observation: FlinkObservation) => void;
  readonly silentAfterMs?: number;
}

const SILENT_AFTER_MS = 5000;

interface Watched {
  target: WatchTarget;
  /** When the last look began; a look is due `everyMs` after it. */
  lookedAt: EpochMs;
  /** It was our JobManager that answered, and it has not been silent since. */
  proven: boolean;
  looking?: AbortController;
  cancelWait?: () => void;
}

export function createFlinkWatch(parts: WatchParts): FlinkWatch {
  const watched = new Map<TaskId, Watched>();

  const drop = (entry: Watched) => {
    watched.delete(entry.target.jobManager);
    entry.cancelWait?.();
    entry.looking?.abort();
  };

  /** Called whenever a look has ended or the pace has changed. */
  const wait = (entry: Watched) => {
    entry.cancelWait?.();
    const delayMs = Math.max(0, entry.lookedAt + entry.target.everyMs - parts.clock.now());
    entry.cancelWait = parts.clock.after(delayMs, () => void round(entry));
  };

  const round = async (entry: Watched) => {
    entry.lookedAt = parts.clock.now();
    entry.looking = new AbortController();
    const observation = await look(parts, entry, entry.looking);
    entry.looking = undefined;
    entry.proven = observation.kind === 'seen';
    if (watched.get(entry.target.jobManager) !== entry) return;
    parts.report(observation);
    wait(entry);
  };

  return {
    follow(targets) {
      const wanted = new Map(targets.map((target) => [target.jobManager, target]));
      for (const entry of [...watched.values()]) if (!wanted.has(entry.target.jobManager)) drop(entry);
      for (const target of targets) {
        const entry = watched.get(target.jobManager);
        if (entry === undefined) {
          const fresh: Watched = { target, lookedAt: parts.clock.now(), proven: false };
          watched.set(target.jobManager, fresh);
          void round(fresh);
        } else if (!_.isEqual(entry.target, target)) {
          entry.target = target;
          if (entry.looking === undefined) wait(entry);
        }
      }
    },
    stop() {
      for (const entry of [...watched.values()]) drop(entry);
    },
  };
}

/** `at` is when the look began: what happened while it was under way may be missing from it. */
async function look(parts: WatchParts, entry: Watched, abort: AbortController): Promise<FlinkObservation> {
  const { cluster, jobManager, url } = entry.target;
  const seen = { cluster, jobManager, at: parts.clock.now() };
  const limitMs = parts.silentAfterMs ?? SILENT_AFTER_MS;
  const late = Promise.withResolvers<never>();
  const cancel = parts.clock.after(limitMs, () => {
    late.reject(new Error(`no answer within ${limitMs} ms`));
    abort.abort();
  });
  try {
    const { rest } = parts;
    const proof = entry.proven ? undefined : rest.prove(url, jobManager, abort.signal);
    const asked = Promise.all([rest.observe(url, abort.signal), proof]);
    const [found] = await Promise.race([asked, late.promise]);
    return { ...seen, kind: 'seen', ...found };
  } catch (error) {
    return { ...seen, kind: 'silent', why: error instanceof Error ? error.message : String(error) };
  } finally {
    cancel();
  }
}
