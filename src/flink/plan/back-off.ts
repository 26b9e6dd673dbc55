/**
 * How long a part of a cluster waits for its next launch. The first failure costs nothing: what died is replaced at once.
 * Those that follow within ten minutes wait 1 s, 2 s, 4 s … up to a minute. TaskManagers that ended together (an agent took
 * them along) count once, so that the loss of fifty is no crash loop: together are those that were launched before the
 * first of them ended. There is only one JobManager at a time, so that each end of one counts.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskEnd, TaskRecord } from '../../scheduler/model/task.ts';
import type { Brake } from './failure-rate.ts';
import type { Failure, Part } from './records.ts';

export const FAILURES_COUNT_MS = 10 * 60_000;
export const MOST_FAILURES_KEPT = 200;
const TOGETHER_MS = 1000;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

/** Not before this may the next one be launched; 0 when nothing failed. */
export function launchNotBefore(failures: readonly Failure[], part: Part, now: EpochMs, brake?: Brake): EpochMs {
  // One from the future was written by a scheduler whose clock was ahead: nothing waits for that time to come.
  const counted = failures.filter(({ part: of, at }) => of === part && at > now - FAILURES_COUNT_MS && at <= now);
  const last = counted.at(-1);
  if (last === undefined) return 0;
  const backOffMs = delayMs(part === 'jobmanager' ? counted.length : countEvents(counted));
  return last.at + Math.max(backOffMs, part === 'taskmanager' ? brakeMs(counted, now, brake) : 0);
}

/** Each that failed counts here, whatever ended it. */
function brakeMs(failures: readonly Failure[], now: EpochMs, brake: Brake | undefined): number {
  if (brake === undefined) return 0;
  const recent = failures.filter(({ at }) => at > now - 60_000).length;
  return recent > brake.mostFailures ? brake.retryMs : 0;
}

/** The failures with those added that are not among them yet. What is too old or too many to matter is dropped. */
export function withFailures(
  failures: readonly Failure[],
  tasks: readonly TaskRecord[],
  now: EpochMs,
): { readonly failures: readonly Failure[]; readonly added: readonly Failure[] } {
  const known = new Set(failures.map((failure) => failure.taskId));
  const full = failures.length >= MOST_FAILURES_KEPT;
  const since = Math.max(now - FAILURES_COUNT_MS, full ? (failures[0]?.at ?? 0) : 0);
  const added = tasks.flatMap((task) => {
    const failure = failureOf(task);
    return failure !== undefined && failure.at > since && !known.has(failure.taskId) ? [failure] : [];
  });
  if (added.length === 0) return { failures, added };
  const all = [...failures, ...added].filter((failure) => failure.at > now - FAILURES_COUNT_MS);
  return { failures: all.sort((left, right) => left.at - right.at).slice(-MOST_FAILURES_KEPT), added };
}

function failureOf(task: TaskRecord): Failure | undefined {
  const { life, spec } = task;
  if (life.phase !== 'ended' || life.end.wanted || byOperator(life.end)) return undefined;
  if (spec.part !== 'jobmanager' && spec.part !== 'taskmanager') return undefined;
  const launchedAt = life.placement?.launchedAt ?? task.requestedAt;
  return { part: spec.part, at: life.end.at, launchedAt, taskId: spec.taskId };
}

/** An agent that is drained, or was declared gone, takes healthy tasks along: no sign of a crash loop. */
function byOperator({ state, reason }: TaskEnd): boolean {
  return (reason === 'REASON_AGENT_DRAINING' && state !== 'TASK_DROPPED') || state === 'TASK_GONE_BY_OPERATOR';
}

/** The agent that took a task for nothing: it drains, and its master, who offered it, does not know that (yet). */
export function turnedAwayBy({ life }: TaskRecord): AgentId | undefined {
  if (life.phase !== 'ended') return undefined;
  const { state, reason } = life.end;
  const turnedAway = state === 'TASK_DROPPED' && reason === 'REASON_AGENT_DRAINING';
  return turnedAway ? life.placement?.agentId : undefined;
}

function countEvents(failures: readonly Failure[]): number {
  let events = 0;
  let began = Number.NEGATIVE_INFINITY;
  for (const { at, launchedAt = 0 } of failures) {
    if (at - began < TOGETHER_MS && launchedAt < began) continue;
    events += 1;
    began = at;
  }
  return events;
}

function delayMs(events: number): number {
  return events < 2 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (events - 2));
}
