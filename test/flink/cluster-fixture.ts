/** Clusters, jobs and tasks as tests need them, and a small world in which a plan can be carried out by hand. */
import type { ClusterFrame, ClusterInput, Clusters, PlanAction } from '../../src/flink/plan/clusters.ts';
import type { ClusterFact } from '../../src/flink/plan/facts.ts';
import { flinkJobId } from '../../src/flink/plan/flink-job-id.ts';
import type { ObservedJob, ObservedTaskManager } from '../../src/flink/plan/observation.ts';
import { createClusters } from '../../src/flink/plan/planner.ts';
import type { ClusterName, ClusterRecord, JobId, JobRecord } from '../../src/flink/plan/records.ts';
import { completeSpec } from '../../src/flink/render/complete-spec.ts';
import { createRenderer } from '../../src/flink/render/renderer.ts';
import type { ClusterSpec } from '../../src/flink/spec.ts';
import type { EpochMs } from '../../src/lib/brand.ts';
import type { AgentId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Placement, TaskEnd, TaskRecord } from '../../src/scheduler/model/task.ts';

export const clusterName = 'words' as ClusterName;

export const taskId = (id: string) => id as TaskId;

/** 32 hex digits, the last four of them 0: there the resumptions are counted. */
export const job = (end: string) => `${end.padStart(28, '0')}0000` as JobId;

/** What Flink calls the job in a later attempt. */
export const attempt = (end: string, resumed: number) => flinkJobId({ id: job(end), resumed });

export const renderer = createRenderer({
  artifactUrl: ({ digest }) => `http://127.0.0.1:1/${digest}`,
  storage: 'file:///srv/flink',
  schedulerUrl: 'http://127.0.0.1:8180',
});

export function aCluster(change: Partial<ClusterRecord> = {}, spec: Partial<ClusterSpec> = {}): ClusterRecord {
  return {
    version: 1,
    name: clusterName,
    incarnation: 'a1',
    spec: completeSpec({ name: clusterName, ...spec }, { version: '2.3.0', source: { version: '2.3.0' } }),
    distribution: { kind: 'home', version: '2.3.0', path: '/opt/flink' },
    configuration: { digest: 'c', fileName: 'conf.tar', bytes: 10 },
    createdAt: 0,
    goal: 'run',
    launches: 0,
    failures: [],
    jobs: [],
    ...change,
  };
}

export function aJob(end: string, change: Partial<JobRecord> = {}): JobRecord {
  return {
    id: job(end),
    spec: { jar: 'jar-1' },
    jar: { digest: 'j', fileName: 'job.jar', bytes: 5 },
    submittedAt: 0,
    goal: 'run',
    state: 'SUBMITTING',
    stateSince: 0,
    resumed: 0,
    ...change,
  };
}

export function observed(end: string, change: Partial<ObservedJob> = {}): ObservedJob {
  return { id: job(end), name: 'Words', state: 'RUNNING', startedAt: 0, tasks: { total: 2, running: 2 }, ...change };
}

export function placement(change: Partial<Placement> = {}): Placement {
  return { agentId: 'agent-1' as AgentId, hostname: 'agent1', ports: {}, launchedAt: 0, ...change };
}

/** The planner, the tasks that the core would have, and a clock that only the test moves. */
export class World {
  clusters: Clusters;
  tasks: TaskRecord[] = [];
  now: EpochMs = 1_000_000;
  /** What is stored. */
  stored: ClusterRecord | undefined;
  readonly facts: ClusterFact[] = [];
  #nextPort = 31000;

  constructor(record: ClusterRecord) {
    this.clusters = createClusters([], renderer);
    this.take({ kind: 'command', command: { kind: 'create', cluster: record } });
  }

  get record(): ClusterRecord {
    const record = this.clusters.record(clusterName);
    if (record === undefined) throw new Error('the cluster is gone');
    return record;
  }

  /** The scheduler dies and comes back: only what was stored is left. */
  restart(): void {
    this.clusters = createClusters(this.stored === undefined ? [] : [this.stored], renderer);
  }

  take(
    input: { [K in ClusterInput['kind']]: Omit<Extract<ClusterInput, { kind: K }>, 'at'> }[ClusterInput['kind']],
  ): ClusterFrame {
    const frame = this.clusters.accept({ ...input, at: this.now } as ClusterInput);
    this.#keep(frame);
    return frame;
  }

  /** Asks once, and does nothing of it. */
  ask(): ClusterFrame {
    return this.clusters.plan(clusterName, this.tasks, this.now);
  }

  /** Plans until the plan is content, and gives the core what is meant for it. Answers all actions. */
  plan(): readonly PlanAction[] {
    const all: PlanAction[] = [];
    for (let round = 0; round < 20; round++) {
      const frame = this.ask();
      this.#keep(frame);
      all.push(...frame.actions);
      if (frame.actions.length === 0) return all;
      for (const action of frame.actions) this.#carryOut(action);
    }
    throw new Error('the plan never comes to rest');
  }

  pass(ms: number): void {
    this.now += ms;
  }

  task(part: string, index = 0): TaskRecord {
    const task = this.alive(part)[index];
    if (task === undefined) throw new Error(`no ${part} ${index}`);
    return task;
  }

  alive(part: string): readonly TaskRecord[] {
    return this.tasks.filter((task) => task.spec.part === part && task.life.phase !== 'ended');
  }

  waiting(part: string): readonly TaskRecord[] {
    return this.alive(part).filter(({ life }) => life.phase === 'waiting');
  }

  run(id: TaskId, change: Partial<Placement> = {}): Placement {
    const task = this.#find(id);
    const ports = Object.fromEntries(task.spec.resources.ports.map((name) => [name, this.#nextPort++]));
    const place = placement({ ports, launchedAt: this.now, ...change });
    this.#put({
      ...task,
      life: { phase: 'launched', placement: place, state: 'TASK_RUNNING', stateAt: this.now, runningAt: this.now },
    });
    return place;
  }

  runAll(change: Partial<Placement> = {}): void {
    for (const task of this.tasks) if (task.life.phase === 'waiting') this.run(task.spec.taskId, change);
  }

  end(id: TaskId, end: Partial<TaskEnd> = {}): void {
    const task = this.#find(id);
    const place = task.life.phase === 'launched' ? { placement: task.life.placement } : {};
    const wanted = task.goal.kind === 'end';
    this.#put({
      ...task,
      life: { phase: 'ended', ...place, end: { state: 'TASK_FAILED', at: this.now, wanted, ...end } },
    });
  }

  /** Tasks that are to end do. */
  endKilled(): void {
    for (const task of this.tasks) {
      if (task.goal.kind === 'end' && task.life.phase !== 'ended') this.end(task.spec.taskId, { state: 'TASK_KILLED' });
    }
  }

  see(jobs: readonly ObservedJob[] = [], taskManagers?: readonly ObservedTaskManager[]): void {
    const registered = taskManagers ?? this.#runningTaskManagers();
    const jobManager = this.record.jobManager?.taskId ?? taskId('none');
    const observation = {
      cluster: clusterName,
      jobManager,
      at: this.now,
      kind: 'seen' as const,
      jobs,
      taskManagers: registered,
    };
    this.take({ kind: 'observation', observation });
  }

  seeNothing(why = 'connect ECONNREFUSED'): void {
    const jobManager = this.record.jobManager?.taskId ?? taskId('none');
    const observation = { cluster: clusterName, jobManager, at: this.now, kind: 'silent' as const, why };
    this.take({ kind: 'observation', observation });
  }

  outcome(
    end: string,
    outcome:
      | { kind: 'submitted'; from?: string }
      | { kind: 'refused' | 'unanswered'; why: string }
      | { kind: 'cancelled' },
    jobManager = this.record.jobManager?.taskId ?? taskId('none'),
  ): void {
    this.take({
      kind: 'outcome',
      outcome: { cluster: clusterName, job: job(end), jobManager, at: this.now, ...outcome },
    });
  }

  /** A cluster whose JobManager and TaskManagers are up and seen. */
  up(): this {
    this.plan();
    this.runAll();
    this.plan();
    this.runAll();
    this.pass(20_000);
    this.see();
    this.plan();
    this.facts.length = 0;
    return this;
  }

  jobRecord(end: string): JobRecord {
    const record = this.record.jobs.find(({ id }) => id === job(end));
    if (record === undefined) throw new Error(`no job ${end}`);
    return record;
  }

  submit(end: string, change: Partial<JobRecord> = {}): void {
    this.take({ kind: 'command', command: { kind: 'submit', cluster: clusterName, job: aJob(end, change) } });
  }

  /** Submitted, taken and seen RUNNING with a checkpoint. */
  runJob(end: string, checkpoint = `file:/c/${job(end)}/chk-3`): void {
    this.submit(end);
    this.plan();
    this.outcome(end, { kind: 'submitted' });
    this.see([observed(end, { lastCheckpoint: checkpoint })]);
    this.plan();
    this.facts.length = 0;
  }

  kinds(): readonly string[] {
    return this.facts.map(({ kind }) => kind);
  }

  #runningTaskManagers(): readonly ObservedTaskManager[] {
    return this.alive('taskmanager')
      .filter(({ life }) => life.phase === 'launched')
      .map(({ spec }) => ({ id: spec.taskId, slots: 1, freeSlots: 1 }));
  }

  #keep(frame: ClusterFrame): void {
    this.facts.push(...frame.facts);
    for (const write of frame.persist) {
      if (write.collection !== 'clusters') throw new Error(`a write to ${write.collection}`);
      this.stored = write.kind === 'put' ? (JSON.parse(JSON.stringify(write.value)) as ClusterRecord) : undefined;
    }
  }

  #carryOut(action: PlanAction): void {
    if (action.kind === 'launch') {
      if (this.tasks.some(({ spec }) => spec.taskId === action.task.taskId)) return;
      this.tasks.push({
        version: 1,
        spec: action.task,
        requestedAt: this.now,
        goal: { kind: 'run' },
        life: { phase: 'waiting' },
      });
    } else if (action.kind === 'kill') {
      const task = this.#find(action.taskId);
      this.#put({ ...task, goal: { kind: 'end', reason: action.reason, since: this.now } });
      if (task.life.phase === 'waiting') this.end(action.taskId, { state: 'WITHDRAWN' });
    } else if (action.kind === 'forget') {
      this.tasks = this.tasks.filter(({ life }) => life.phase !== 'ended');
    }
  }

  #find(id: TaskId): TaskRecord {
    const task = this.tasks.find(({ spec }) => spec.taskId === id);
    if (task === undefined) throw new Error(`no task ${id}`);
    return task;
  }

  #put(task: TaskRecord): void {
    this.tasks = this.tasks.map((old) => (old.spec.taskId === task.spec.taskId ? task : old));
  }
}

/** As a placement has it. */
export function onAgent(id: string): Pick<Placement, 'agentId' | 'hostname'> {
  return { agentId: id as AgentId, hostname: id };
}

/** A JobManager on agent-0 and two TaskManagers on agent-1 and agent-2, up for two minutes and seen. */
export function spreadOut(spec: Partial<ClusterSpec> = {}): World {
  const world = new World(aCluster({}, { taskManagers: { mode: 'fixed', count: 2 }, ...spec }));
  world.plan();
  world.runAll(onAgent('agent-0'));
  world.plan();
  world.run(world.task('taskmanager', 0).spec.taskId, onAgent('agent-1'));
  world.run(world.task('taskmanager', 1).spec.taskId, onAgent('agent-2'));
  world.pass(120_000);
  world.see();
  world.plan();
  return world;
}

export function kindsOf(actions: readonly PlanAction[]): readonly string[] {
  return actions.map(({ kind }) => kind);
}
