/**
 * Judges what a scheduler says to Mesos in the moment it says it, and what it was told before. Nothing may be said that is
 * not safe already.
 */

import type { TaskInfo, TaskStatus } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { SchedulerCall, SchedulerEvent, SubscribeCall } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import { isTerminal, type TaskState } from '../../../src/mesos-api-client/protocol/task-state.ts';
import type { SimulatedStream } from '../mesos/stream.ts';
import { label } from '../mesos/task-labels.ts';
import type { Books } from './books.ts';
import type { Verdicts } from './verdicts.ts';

type Call<Type extends SchedulerCall['type']> = Extract<SchedulerCall, { type: Type }>;

interface Heard {
  readonly offers: Set<string>;
  readonly updates: Map<string, TaskStatus>;
}

const lost: ReadonlySet<string> = new Set<TaskState>([
  'TASK_UNREACHABLE',
  'TASK_LOST',
  'TASK_UNKNOWN',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_DROPPED',
]);

/** The order in which an agent tells a task's states. */
const rank: Readonly<Partial<Record<TaskState, number>>> = {
  TASK_STAGING: 0,
  TASK_STARTING: 1,
  TASK_RUNNING: 2,
  TASK_KILLING: 3,
};

export class TrafficJudge {
  /** Tasks of which somebody was told that they ended or are out of reach. */
  readonly toldLost = new Set<string>();
  readonly #launched = new Set<string>();
  readonly #heard = new WeakMap<SimulatedStream, Heard>();
  readonly #books: Books;
  readonly #verdicts: Verdicts;
  /** JobManagers of this cluster that live. */
  readonly #jobManagersOf: (cluster: string) => readonly string[];

  constructor(books: Books, verdicts: Verdicts, jobManagersOf: (cluster: string) => readonly string[]) {
    this.#books = books;
    this.#verdicts = verdicts;
    this.#jobManagersOf = jobManagersOf;
  }

  arrived(event: SchedulerEvent, stream: SimulatedStream): void {
    const heard = this.#heardOn(stream);
    if (event.type === 'OFFERS') {
      for (const { id } of event.offers.offers ?? []) heard.offers.add(id.value);
      return;
    }
    // Every task of a framework that is removed ends with it: nothing more is said of any.
    if (event.type === 'ERROR' && /removed/.test(event.error.message))
      for (const taskId of this.#books.tasks.keys()) this.toldLost.add(taskId);
    if (event.type !== 'UPDATE') return;
    const { status } = event.update;
    const { state, uuid, task_id } = status;
    if (uuid !== undefined) heard.updates.set(uuid, status);
    if (isTerminal(state) || lost.has(state)) this.toldLost.add(task_id.value);
    if (state === 'TASK_ERROR')
      this.#verdicts.violated('I8', `the master refused task ${task_id.value}: ${status.message ?? status.reason}`);
  }

  /** `leads`: its epoch is the newest. Of one that was deposed only what has effects is judged. */
  sent(call: SchedulerCall | SubscribeCall, stream: SimulatedStream | undefined, leads: boolean): void {
    if (leads) this.#judgeFramework(call);
    switch (call.type) {
      case 'ACCEPT':
        this.#judgeAccept(call, stream, leads);
        return;
      case 'ACKNOWLEDGE':
        this.#judgeAcknowledge(call, stream);
        return;
      case 'KILL':
        this.#judgeKill(call);
        return;
      case 'RECONCILE':
        this.#judgeReconcile(call);
        return;
      default:
    }
  }

  /** The master has taken it. */
  accepted(call: SchedulerCall | SubscribeCall): void {
    if (call.type !== 'ACCEPT') return;
    for (const task of launchedBy(call)) {
      this.#judgeIntent(task);
      if (label(task, 'flink-mesos.part') === 'jobmanager')
        this.#judgeSuccession(task.task_id.value, label(task, 'flink-mesos.cluster'));
    }
  }

  #judgeFramework(call: SchedulerCall | SubscribeCall): void {
    const known = this.#books.framework?.removed === undefined ? this.#books.framework?.frameworkId : undefined;
    const named = call.type === 'SUBSCRIBE' ? call.subscribe.framework_info.id?.value : call.framework_id.value;
    if (call.type === 'SUBSCRIBE' && named !== call.framework_id?.value)
      this.#verdicts.violated('I7', `SUBSCRIBE names two frameworks: ${named} and ${call.framework_id?.value}`);
    if (known !== undefined && named !== known)
      this.#verdicts.violated('I7', `${call.type} as framework "${named ?? ''}", and it is ${known}`);
    if (known === undefined && call.type !== 'SUBSCRIBE')
      this.#verdicts.violated('I7', `${call.type} before the id of the framework was written down`);
  }

  #judgeAccept(call: Call<'ACCEPT'>, stream: SimulatedStream | undefined, leads: boolean): void {
    const offers = stream === undefined ? undefined : this.#heardOn(stream).offers;
    for (const { value } of call.accept.offer_ids)
      if (offers?.delete(value) !== true)
        this.#verdicts.violated('I3', `ACCEPT of offer ${value}, which is used up or came on another stream`);
    for (const task of launchedBy(call)) {
      const id = task.task_id.value;
      if (this.#launched.has(id)) this.#verdicts.violated('I3', `task ${id} is launched a second time`);
      this.#launched.add(id);
      if (leads) this.#judgeIntent(task);
    }
  }

  /** The intent is durable. */
  #judgeIntent(task: TaskInfo): void {
    const id = task.task_id.value;
    const life = this.#books.tasks.get(id)?.life;
    if (life === undefined || life.phase === 'waiting')
      this.#verdicts.violated('I4', `ACCEPT of task ${id}, which is ${life?.phase ?? 'not'} written down`);
    else if (life.placement !== undefined && life.placement.agentId !== task.agent_id.value)
      this.#verdicts.violated('I4', `ACCEPT of task ${id} on an agent that is not the one written down`);
  }

  /** Two JobManagers would run the same jobs. */
  #judgeSuccession(id: string, cluster: string): void {
    for (const other of this.#jobManagersOf(cluster))
      if (other !== id && !this.toldLost.has(other))
        this.#verdicts.violated('I3', `JobManager ${id} is launched beside ${other}, of whose end nobody has spoken`);
  }

  #judgeAcknowledge({ acknowledge }: Call<'ACKNOWLEDGE'>, stream: SimulatedStream | undefined): void {
    const { task_id, uuid } = acknowledge;
    const status = stream === undefined ? undefined : this.#heardOn(stream).updates.get(uuid);
    const name = `an update of task ${task_id.value}`;
    if (status === undefined) {
      this.#verdicts.violated('I5', `${name} is acknowledged that never came on this stream`);
      return;
    }
    const life = this.#books.tasks.get(task_id.value)?.life;
    if (life === undefined || life.phase === 'ended') return;
    if (life.phase === 'waiting' || isTerminal(status.state)) {
      this.#verdicts.violated('I5', `${name} (${status.state}) is acknowledged, and written down is ${life.phase}`);
      return;
    }
    const [told, written] = [rank[status.state], rank[life.state]];
    if (told !== undefined && written !== undefined && written < told)
      this.#verdicts.violated('I5', `${name} (${status.state}) is acknowledged, and written down is ${life.state}`);
  }

  #judgeKill({ kill }: Call<'KILL'>): void {
    const record = this.#books.tasks.get(kill.task_id.value);
    if (record?.goal.kind === 'run' && record.life.phase === 'launched')
      this.#verdicts.violated('I1', `KILL of task ${kill.task_id.value}, which is to run`);
  }

  #judgeReconcile({ reconcile }: Call<'RECONCILE'>): void {
    for (const { task_id, agent_id } of reconcile.tasks ?? [])
      if (agent_id === undefined)
        this.#verdicts.violated('I1', `RECONCILE of ${task_id.value} without its agent: the answer may be UNKNOWN`);
  }

  #heardOn(stream: SimulatedStream): Heard {
    const heard = this.#heard.get(stream) ?? { offers: new Set(), updates: new Map() };
    this.#heard.set(stream, heard);
    return heard;
  }
}

function launchedBy({ accept }: Call<'ACCEPT'>): readonly TaskInfo[] {
  return (accept.operations ?? []).flatMap((operation) =>
    operation.type === 'LAUNCH' ? operation.launch.task_infos : [],
  );
}
