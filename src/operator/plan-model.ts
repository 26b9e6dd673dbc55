/**
 * Plans as operators of DC/OS know them: phases of steps, each with a status, and how the status of the whole follows from
 * its parts (dcos-commons, PlanUtils). What they are plans of stands in plans.ts.
 */
import { createHash } from 'node:crypto';

/**
 * PENDING: nothing was done yet; PREPARED: an offer is waited for; STARTING: launched; STARTED: it runs, and Flink does not
 * know it yet; DELAYED: it failed, and is launched again later; WAITING: for an operator.
 */
export type StepStatus = 'ERROR' | 'WAITING' | 'PENDING' | 'PREPARED' | 'STARTING' | 'STARTED' | 'DELAYED' | 'COMPLETE';
export type PlanStatus = StepStatus | 'IN_PROGRESS';

export interface Step {
  readonly id: string;
  readonly name: string;
  readonly status: StepStatus;
  readonly message: string;
  /** The tasks that it is about, for who acts on it. */
  readonly tasks: readonly string[];
}

export interface Phase {
  readonly id: string;
  readonly name: string;
  readonly strategy: Strategy;
  readonly status: PlanStatus;
  readonly steps: readonly Step[];
}

export interface Plan {
  readonly strategy: Strategy;
  readonly status: PlanStatus;
  readonly errors: readonly string[];
  readonly phases: readonly Phase[];
}

export type Strategy = 'serial' | 'parallel';

export const planNames = ['deploy', 'update', 'recovery', 'uninstall'] as const;
export type PlanName = (typeof planNames)[number];

export function phaseOf(plan: PlanName, name: string, steps: readonly Omit<Step, 'id'>[], strategy: Strategy): Phase {
  return {
    id: idOf(plan, name),
    name,
    strategy,
    status: together(steps.map(({ status }) => status)),
    steps: steps.map((step) => ({ id: idOf(plan, name, step.name), ...step })),
  };
}

export function planOf(phases: readonly Phase[], strategy: Strategy, errors: readonly string[] = []): Plan {
  const status = errors.length > 0 ? 'ERROR' : together(phases.map((phase) => phase.status));
  return { strategy, status, errors, phases };
}

/** No parts at all are complete: there is nothing to do. */
export function together(parts: readonly PlanStatus[]): PlanStatus {
  const has = (...wanted: PlanStatus[]): boolean => parts.some((part) => wanted.includes(part));
  if (has('ERROR')) return 'ERROR';
  if (parts.every((part) => part === 'COMPLETE')) return 'COMPLETE';
  if (has('WAITING')) return 'WAITING';
  if (has('PREPARED', 'STARTING', 'STARTED', 'IN_PROGRESS')) return 'IN_PROGRESS';
  if (has('DELAYED')) return 'DELAYED';
  return has('COMPLETE') ? 'IN_PROGRESS' : 'PENDING';
}

/** Operators and tools name phases and steps by either. */
export function isNamed(part: { readonly id: string; readonly name: string }, given: string): boolean {
  return part.id === given || part.name === given;
}

/** In the form of a UUID, and the same for the same part: so it outlives a restart. */
function idOf(...path: readonly string[]): string {
  const hex = createHash('sha256').update(path.join('\0')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
