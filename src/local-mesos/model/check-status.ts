/** What an update says of a task's check: members without a value until the check has had an outcome. */
import type { CheckInfo, CheckStatusInfo } from '../../mesos-api-client/protocol/checks.ts';
import type { CheckOutcome } from './agent-io.ts';

export function emptyCheckStatus(check: CheckInfo | undefined): { check_status?: CheckStatusInfo } {
  return check === undefined ? {} : { check_status: checkStatusOf(check, { kind: 'failed' }) };
}

/** A probe that failed says nothing, as before the first one. */
export function checkStatusOf(check: CheckInfo, outcome: CheckOutcome): CheckStatusInfo {
  switch (check.type) {
    case 'COMMAND':
      return { type: 'COMMAND', command: outcome.kind === 'exited' ? { exit_code: outcome.status } : {} };
    case 'HTTP':
      return { type: 'HTTP', http: outcome.kind === 'answered' ? { status_code: outcome.status } : {} };
    case 'TCP':
      return { type: 'TCP', tcp: outcome.kind === 'connected' ? { succeeded: outcome.succeeded } : {} };
    default:
      return { type: 'UNKNOWN' };
  }
}
