/**
 * How the service is, in the codes that DC/OS services answer on /v1/health (dcos-commons, HealthResource). Every code below
 * 400 is "leave it alone" for Marathon. Two of theirs are not sent: 204 and 205 (launched, while deploying or recovering) may
 * have no body in HTTP, so these states answer 202 and 203 as well, and `value` tells them apart.
 * It is answered to anybody: so it counts, and names nothing.
 */
import type { Plan } from './plan-model.ts';

export interface OperatorHealth {
  readonly code: number;
  readonly value: string;
  readonly reasons: readonly string[];
}

export interface HealthParts {
  /** Of the process itself: its loop turns, and the master was heard of. Healthy with a reason: nothing but a person helps. */
  readonly process: { readonly healthy: boolean; readonly why?: string };
  readonly registered: boolean;
  readonly deploy: Plan;
  readonly recovery: Plan;
  readonly update: Plan;
}

export function judgeHealth({ process, registered, deploy, recovery, update }: HealthParts): OperatorHealth {
  if (!process.healthy) {
    const why = process.why ?? 'it does not work';
    return registered ? health(503, 'UNAVAILABLE', [why]) : health(503, 'INITIALIZING', [why]);
  }
  if (process.why !== undefined) return health(207, 'WAITING_USER', [process.why]);
  if (!registered) return health(318, 'INITIALIZING', ['not registered at a Mesos master yet']);
  if (deploy.errors.length > 0) {
    return health(200, 'RUNNING', ['options were refused: the plan deploy says why, and the ones before are followed']);
  }
  return (
    fromPlan(deploy, 202, 'DEPLOYING') ??
    fromPlan(recovery, 203, 'RECOVERING') ??
    fromPlan(update, 202, 'DEPLOYING') ??
    health(200, 'RUNNING', [])
  );
}

function fromPlan(plan: Plan, code: number, word: string): OperatorHealth | undefined {
  const steps = plan.phases.flatMap((phase) => phase.steps);
  const done = steps.filter(({ status }) => status === 'COMPLETE').length;
  const reasons = [`${word.toLowerCase()}: ${done} of ${steps.length} steps are complete`];
  switch (plan.status) {
    case 'COMPLETE':
      return undefined;
    case 'ERROR':
      return health(500, 'ERROR', reasons);
    case 'WAITING':
      return health(207, 'WAITING_USER', reasons);
    case 'DELAYED':
      return health(208, 'DELAYED', reasons);
    default: {
      const starting = steps.some(({ status }) => status === 'STARTING' || status === 'STARTED');
      return health(code, `${word}_${starting ? 'STARTING' : 'PENDING'}`, reasons);
    }
  }
}

function health(code: number, value: string, reasons: readonly string[]): OperatorHealth {
  return { code, value, reasons };
}
