/**
 * What happened, counted under the names that dashboards for DC/OS services look for (dcos-commons, Metrics), beside the
 * metrics of our own for Prometheus.
 */
import type { Fact, StampedFact } from '../runtime/runtime.ts';
import type { Plan, PlanStatus } from './plan-model.ts';

export interface MetricsView {
  readonly version: string;
  readonly counters: Readonly<Record<string, { readonly count: number }>>;
  readonly gauges: Readonly<Record<string, { readonly value: number }>>;
}

/** A refusal for longer is "no use", as against "not now". */
const LONG_DECLINE_MS = 60_000;

export class Counters {
  readonly #counts = new Map<string, number>(
    ['offers.received', 'offers.processed', 'declines.long', 'declines.short', 'revives', 'suppresses'].map((name) => [
      name,
      0,
    ]),
  );

  readonly note = ({ fact }: StampedFact): void => {
    for (const name of countersOf(fact)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  };

  view(plans: readonly (readonly [string, Plan])[]): MetricsView {
    return {
      version: '3.1.3',
      counters: Object.fromEntries([...this.#counts].sort().map(([name, count]) => [name, { count }])),
      gauges: Object.fromEntries(plans.map(([name, { status }]) => [`plan_status.${name}`, { value: ranks[status] }])),
    };
  }
}

function countersOf(fact: Fact): readonly string[] {
  switch (fact.kind) {
    case 'offer.received':
      return ['offers.received'];
    case 'offer.declined':
      return ['offers.processed', fact.refuseMs >= LONG_DECLINE_MS ? 'declines.long' : 'declines.short'];
    case 'offers.suppressed':
      return ['suppresses'];
    case 'offers.revived':
      return ['revives'];
    case 'task.launched':
      return ['operation.launch', ...fact.offerIds.map(() => 'offers.processed')];
    case 'task.updated':
      return [`task_status.${fact.state.toLowerCase()}`];
    default:
      return [];
  }
}

/** dcos-commons, PlanReporter: above 0 well, 0 under way, below 0 in need of somebody. */
const ranks: Readonly<Record<PlanStatus, number>> = {
  COMPLETE: 1,
  PENDING: 0,
  PREPARED: 0,
  STARTING: 0,
  STARTED: 0,
  IN_PROGRESS: 0,
  DELAYED: -2,
  WAITING: -2,
  ERROR: -1,
};
