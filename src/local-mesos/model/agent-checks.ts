/**
 * Checks and health checks of a running task, as Mesos' executors judge them (src/checks/health_checker.cpp and
 * checker.cpp of Mesos). A check that is told is told whenever its outcome changes. A health check is told at the first
 * success, at the first one after failures, and at every failure past the grace period; so many failures in a row end
 * the task. Probing itself is the shell's: one probe at a time for each check, the next after an interval.
 */
import type { CheckInfo, HealthCheck } from '../../mesos-api-client/protocol/checks.ts';
import type { TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentEntry, CheckKind, CheckOutcome } from './agent-io.ts';
import { executorStatus } from './agent-status.ts';
import { stampOf, type Turn } from './agent-turn.ts';
import { enqueueUpdate } from './agent-updates.ts';
import { checkStatusOf } from './check-status.ts';

const defaultDelaySeconds = 15;
const defaultIntervalSeconds = 10;
const defaultGraceSeconds = 10;
const defaultFailures = 3;
/** A framework that acknowledges nothing hears of its failing task no more than this; Mesos would gather for ever. */
const mostPending = 100;

const kinds: readonly CheckKind[] = ['check', 'health'];

/** With the start of the task, and again when its agent was restarted. */
export function armChecks(turn: Turn, entry: AgentEntry): void {
  for (const of of kinds) armNext(turn, entry, of, 'delay_seconds', defaultDelaySeconds);
}

export function disarmChecks(turn: Turn, entry: AgentEntry): void {
  for (const kind of kinds)
    if (checkOf(entry, kind) !== undefined) turn.effects.push({ kind: 'cancel', timer: { kind, runId: entry.runId } });
}

export function checkDue(turn: Turn, entry: AgentEntry, of: CheckKind): void {
  const framework = turn.state.frameworks.get(entry.frameworkId);
  if (framework !== undefined && isUnderWatch(entry)) turn.effects.push({ kind: 'probe', entry, framework, of });
}

/** True if the task has failed so often that it must go. */
export function checkDone(turn: Turn, entry: AgentEntry, of: CheckKind, outcome: CheckOutcome): boolean {
  if (!isUnderWatch(entry)) return false;
  armNext(turn, entry, of, 'interval_seconds', defaultIntervalSeconds);
  if (of === 'health') return judgeHealth(turn, entry, outcome);
  const check = entry.info?.check;
  if (check === undefined) return false;
  const status = checkStatusOf(check, outcome);
  if (JSON.stringify(status) !== JSON.stringify(lastStatus(entry)?.check_status)) {
    tell(turn, entry, 'REASON_TASK_CHECK_STATUS_UPDATED', { check_status: status });
  }
  return false;
}

function judgeHealth(turn: Turn, entry: AgentEntry, outcome: CheckOutcome): boolean {
  const check = entry.info?.health_check ?? {};
  const { failures, everHealthy } = entry.health ?? { failures: 0, everHealthy: false };
  if (isHealthy(outcome)) {
    entry.health = { failures: 0, everHealthy: true };
    if (failures > 0 || !everHealthy) tellHealth(turn, entry, true);
    return false;
  }
  const graceMs = (check.grace_period_seconds ?? defaultGraceSeconds) * 1000;
  if (!everHealthy && graceMs > 0 && turn.at - (entry.runningSince ?? turn.at) <= graceMs) return false;
  entry.health = { failures: failures + 1, everHealthy };
  tellHealth(turn, entry, false);
  return failures + 1 >= (check.consecutive_failures ?? defaultFailures);
}

function isHealthy(outcome: CheckOutcome): boolean {
  switch (outcome.kind) {
    case 'exited':
      return outcome.status === 0;
    case 'answered':
      return outcome.status >= 200 && outcome.status < 400;
    case 'connected':
      return outcome.succeeded;
    case 'failed':
      return false;
  }
}

function tellHealth(turn: Turn, entry: AgentEntry, healthy: boolean): void {
  tell(turn, entry, 'REASON_TASK_HEALTH_CHECK_STATUS_UPDATED', { healthy });
}

/** What the other check said last stays in the update. */
function tell(turn: Turn, entry: AgentEntry, reason: string, news: Pick<TaskStatus, 'healthy' | 'check_status'>): void {
  turn.changed.add(entry);
  if (entry.pending.length >= mostPending) return;
  const { healthy, check_status } = lastStatus(entry) ?? {};
  const kept = {
    ...(healthy === undefined ? {} : { healthy }),
    ...(check_status === undefined ? {} : { check_status }),
  };
  enqueueUpdate(turn, entry, { ...executorStatus(entry, 'TASK_RUNNING', stampOf(turn), { reason }), ...kept, ...news });
}

function lastStatus(entry: AgentEntry): TaskStatus | undefined {
  return entry.pending.at(-1) ?? entry.acknowledged;
}

/** While it is being killed nobody asks any more how it is. */
function isUnderWatch(entry: AgentEntry): boolean {
  return entry.phase === 'running' && entry.kill === undefined;
}

function checkOf(entry: AgentEntry, of: CheckKind): CheckInfo | HealthCheck | undefined {
  return of === 'check' ? entry.info?.check : entry.info?.health_check;
}

function armNext(
  turn: Turn,
  entry: AgentEntry,
  of: CheckKind,
  wait: 'delay_seconds' | 'interval_seconds',
  otherwise: number,
): void {
  const check = checkOf(entry, of);
  if (check === undefined) return;
  const at = turn.at + (check[wait] ?? otherwise) * 1000;
  turn.effects.push({ kind: 'timer', timer: { kind: of, runId: entry.runId }, at });
}
