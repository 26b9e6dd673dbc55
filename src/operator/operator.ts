/**
 * The service as operators of DC/OS know services: plans, pods, endpoints, configurations. It is all computed from what the
 * runtime knows, when it is asked; its own are only the numbers of the pods and what was declared complete.
 */
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { ClusterName } from '../flink/plan/records.ts';
import { Problem } from '../lib/problem.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { ConfigurationRecord } from '../runtime/load-records.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Configurations } from './configurations.ts';
import { Counters, type MetricsView } from './counters.ts';
import { Declarations } from './declarations.ts';
import { type Endpoint, type EndpointParts, endpointsOf } from './endpoints.ts';
import { judgeHealth, type OperatorHealth } from './health.ts';
import { lookAtClusters } from './look-at-clusters.ts';
import { actOn, type PlanAct, type PlanActResult, type PlanHands, type PlanTarget } from './plan-acts.ts';
import type { Plan, PlanName } from './plan-model.ts';
import type { AwaitedClusters, ClusterPods } from './plans.ts';
import { type PodActs, podActs } from './pod-acts.ts';
import type { Pod } from './pods.ts';
import { servicePlans } from './service-plans.ts';
import { updateHands } from './update-hands.ts';

export interface OperatorParts extends EndpointParts {
  readonly runtime: Runtime;
  readonly dispatcher: Pick<Dispatcher, 'health' | 'info'>;
  readonly configurations: Configurations;
  readonly awaited?: AwaitedClusters;
}

export interface Operator extends PodActs {
  readonly frameworkName: string;
  health(): OperatorHealth;
  /** `uninstall` only where that is under way. */
  planNames(): readonly PlanName[];
  plan(name: string): Plan;
  actOnPlan(name: string, act: PlanAct, target: PlanTarget): Promise<PlanActResult>;
  pods(): readonly Pod[];
  pod(name: string): Pod;
  endpoints(): ReadonlyMap<string, Endpoint>;
  readonly configurations: Configurations;
  configuration(id: string): ConfigurationRecord;
  frameworkId(): string | undefined;
  metrics(): MetricsView;
}

export function createOperator(parts: OperatorParts): Operator {
  const { runtime, dispatcher, configurations, awaited = new Map() } = parts;
  const declarations = new Declarations();
  const counters = new Counters();
  runtime.onFact(counters.note);
  const look = lookAtClusters(runtime);
  const clusters = (): readonly ClusterPods[] => {
    const all = look();
    declarations.forgetVoid(all);
    return all;
  };
  const plans = servicePlans({ runtime, configurations, awaited, forced: declarations.holds });
  const planNamed = (name: string): PlanName =>
    found('plan', name, plans.names(), (each) => each, 'this service has no plans besides, nor any of your own');
  const pods = (): readonly Pod[] => clusters().flatMap((each) => each.pods);
  const findPod = (name: string): Pod => found('pod', name, pods(), (pod) => pod.name);
  return {
    frameworkName: parts.frameworkName,
    health() {
      const of = clusters();
      return judgeHealth({
        process: dispatcher.health(),
        registered: isRegistered(parts),
        deploy: plans.of('deploy', of),
        recovery: plans.of('recovery', of),
        update: plans.of('update', of),
      });
    },
    planNames: plans.names,
    plan: (name) => plans.of(planNamed(name), clusters()),
    async actOnPlan(name, act, target) {
      const plan = planNamed(name);
      // What ends for good is not held up.
      if (plans.isEnding()) return { message: `Received cmd: ${act}`, already: true };
      const hands = plan === 'update' ? updateHands(runtime, act, target) : planHands(runtime, plan, declarations);
      return await actOn(plans.of(plan, clusters()), act, target, hands);
    },
    pods,
    pod: findPod,
    ...podActs(runtime, findPod),
    endpoints: () => endpointsOf(pods(), parts),
    configurations,
    configuration: (id) => found('configuration', id, configurations.all, (each) => each.id),
    frameworkId: () => dispatcher.info().frameworkId,
    metrics() {
      const of = clusters();
      return counters.view(plans.names().map((name) => [name, plans.of(name, of)] as const));
    },
  };
}

function planHands(runtime: Runtime, plan: PlanName, declarations: Declarations): PlanHands {
  return {
    pause: (cluster, paused) => runtime.submit({ kind: 'pause', cluster: cluster as ClusterName, paused }),
    isPaused: (cluster) => runtime.cluster(cluster as ClusterName)?.paused === true,
    restart: (task) => runtime.restartTask(task as TaskId, `a step of the plan ${plan} is restarted`),
    async declareComplete(cluster, { name }) {
      const record = runtime.cluster(cluster as ClusterName);
      if (record !== undefined) declarations.declare(plan, record, name);
    },
  };
}

/** One that has removed its framework has done its part. */
function isRegistered({ runtime, dispatcher }: OperatorParts): boolean {
  return runtime.scheduler().uninstall?.stage === 'done' || dispatcher.info().frameworkId !== undefined;
}

const NAMED = 20;

function found<Thing>(
  what: string,
  name: string,
  things: readonly Thing[],
  nameOf: (thing: Thing) => string,
  advice?: string,
): Thing {
  const thing = things.find((each) => nameOf(each) === name);
  if (thing !== undefined) return thing;
  const present = things.slice(0, NAMED).map(nameOf).join(', ');
  throw new Problem(
    'NOT_FOUND',
    `there is no ${what} ${JSON.stringify(name)}${present === '' ? '' : `; there are ${present}`}`,
    advice === undefined ? {} : { advice },
  );
}
