/**
 * Whatever happens, in whatever order: when it stops, the cluster is as wanted, with one JobManager and as many
 * TaskManagers as asked for, all of the specification that was asked for last, and every job that was submitted runs in exactly
 * one place.
 */
import test from 'ava';
import fc from 'fast-check';
import type { PlanAction, UpdateAct } from '../../../src/flink/plan/clusters.ts';
import { flinkJobId } from '../../../src/flink/plan/flink-job-id.ts';
import { hasEnded } from '../../../src/flink/plan/job-states.ts';
import type { CarryOver, JobId } from '../../../src/flink/plan/records.ts';
import { isOutdated, revisionOf } from '../../../src/flink/plan/revisions.ts';
import { completeSpec } from '../../../src/flink/render/complete-spec.ts';
import type { ClusterSpec } from '../../../src/flink/spec.ts';
import { aCluster, clusterName, job, observed, World } from '../cluster-fixture.ts';

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'kill'; readonly part: 'jobmanager' | 'taskmanager'; readonly index: number }
  | { readonly kind: 'update'; readonly spec: number; readonly jobs: CarryOver }
  | { readonly kind: 'steer'; readonly act: UpdateAct }
  | { readonly kind: 'run' | 'look' | 'silence' | 'restart' | 'answer' | 'lose-answer' | 'elsewhere' };

const two = { taskManagers: { mode: 'fixed', count: 2 } } as const;
const specs: readonly Partial<ClusterSpec>[] = [
  two,
  { ...two, taskManager: { memoryMiB: 4096 } },
  { ...two, jobManager: { memoryMiB: 2048 } },
  { ...two, environment: { A: '1' }, taskManager: { constraints: [['rack', 'IS', 'a']] } },
];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  fc.record({
    kind: fc.constant('kill' as const),
    part: fc.constantFrom('jobmanager' as const, 'taskmanager' as const),
    index: fc.nat(2),
  }),
  fc.record({
    kind: fc.constant('update' as const),
    spec: fc.nat(specs.length - 1),
    jobs: fc.constantFrom<CarryOver>('checkpoint', 'savepoint'),
  }),
  fc.record({ kind: fc.constant('steer' as const), act: fc.constantFrom<UpdateAct>('hold', 'go-on', 'hasten') }),
  fc.record({
    kind: fc.constantFrom<Exclude<Step['kind'], 'pass' | 'kill' | 'update' | 'steer'>>(
      ...(['run', 'look', 'silence', 'restart', 'answer', 'lose-answer', 'elsewhere'] as const),
    ),
  }),
);

/**
 * A Flink as far as the plan sees it: the jobs of the present JobManager, which a replacement does not inherit; and
 * TaskManagers that refuse a job under an id that an earlier JobManager ran.
 */
class Flink {
  readonly world: World;
  readonly jobs = new Set<JobId>();
  readonly ofOldJobManagers = new Set<JobId>();
  /** Stopped with a savepoint: still listed. */
  readonly finished = new Set<JobId>();
  waiting: Extract<PlanAction, { kind: 'submit-job' }> | undefined;
  stopping: Extract<PlanAction, { kind: 'operate-job' }> | undefined;

  constructor() {
    this.world = new World(aCluster({}, two));
    this.world.submit('1');
  }

  plan(): void {
    for (const action of this.world.plan()) {
      if (action.kind === 'submit-job') this.waiting = action;
      if (action.kind === 'operate-job') this.stopping = action;
    }
    if (this.world.alive('jobmanager').length > 1) throw new Error('two JobManagers');
  }

  look(): void {
    const jobManager = this.world.alive('jobmanager')[0];
    if (jobManager?.life.phase !== 'launched') return;
    const ended = [...this.finished].map((id) => observed('1', { id, state: 'FINISHED' }));
    this.world.see([...ended, ...[...this.jobs].map((id) => observed('1', { id }))]);
  }

  /** Under the same id once more Flink says the same once more. */
  stop(told: boolean): void {
    const action = this.stopping;
    this.stopping = undefined;
    if (action === undefined) return;
    const { flinkJobId: id, jobManager, operation } = action;
    const present = this.world.alive('jobmanager')[0]?.spec.taskId;
    const reached = present === jobManager && (this.jobs.has(id) || this.finished.has(id));
    if (reached && this.jobs.delete(id)) this.finished.add(id);
    const about = { cluster: clusterName, job: job('1'), jobManager, at: this.world.now, operation: operation.id };
    const result =
      reached && told
        ? ({ kind: 'operated', path: `file:/s/${id}` } as const)
        : ({ kind: 'operation-unanswered', why: 'reset' } as const);
    this.world.take({ kind: 'outcome', outcome: { ...about, ...result } });
  }

  update(change: Partial<ClusterSpec>, jobs: CarryOver): void {
    const { distribution, configuration } = this.world.record;
    const spec = completeSpec({ name: clusterName, ...change }, { version: '2.3.0', source: { version: '2.3.0' } });
    this.world.take({
      kind: 'command',
      command: { kind: 'update', cluster: clusterName, spec, distribution, configuration, jobs },
    });
  }

  steer(act: UpdateAct): void {
    if (revisionOf(this.world.record).followedAt !== undefined) return;
    this.world.take({ kind: 'command', command: { kind: 'steer-update', cluster: clusterName, act } });
  }

  answer(told: boolean): void {
    const action = this.waiting;
    this.waiting = undefined;
    if (action === undefined) return;
    const present = this.world.alive('jobmanager')[0]?.spec.taskId;
    const reached = present === action.jobManager;
    const { flinkJobId: id } = action;
    const refused = reached && this.jobs.has(id);
    if (this.ofOldJobManagers.has(id)) throw new Error(`${id} again`);
    if (reached) this.jobs.add(id);
    if (!reached || !told) this.tell({ kind: 'unanswered', why: 'reset' }, action);
    else this.tell(refused ? { kind: 'refused', why: 'already submitted' } : { kind: 'submitted' }, action);
  }

  tell(outcome: Parameters<World['outcome']>[1], action: { jobManager: Parameters<World['outcome']>[2] }): void {
    this.world.outcome('1', outcome, action.jobManager);
  }

  take(what: Step): void {
    const { world } = this;
    if (what.kind === 'pass') world.pass(what.ms);
    else if (what.kind === 'kill') this.kill(what.part, what.index);
    else if (what.kind === 'run') world.runAll();
    else if (what.kind === 'elsewhere') world.runAll({ hostname: `agent${world.now}` });
    else if (what.kind === 'look') this.look();
    else if (what.kind === 'silence') world.seeNothing();
    else if (what.kind === 'restart') world.restart();
    else if (what.kind === 'update') this.update(specs[what.spec] ?? two, what.jobs);
    else if (what.kind === 'steer') this.steer(what.act);
    else {
      this.answer(what.kind === 'answer');
      this.stop(what.kind === 'answer');
    }
    world.endKilled();
    this.plan();
  }

  kill(part: 'jobmanager' | 'taskmanager', index: number): void {
    const task = this.world.alive(part)[index];
    if (task === undefined) return;
    this.world.end(task.spec.taskId);
    if (part !== 'jobmanager') return;
    for (const id of this.jobs) this.ofOldJobManagers.add(id);
    this.jobs.clear();
    this.finished.clear();
  }

  /** Nothing goes wrong any more. */
  settle(): void {
    this.take({ kind: 'steer', act: 'go-on' });
    for (let round = 0; round < 12; round++) {
      for (const kind of ['run', 'look', 'answer', 'look'] as const) this.take({ kind });
      this.take({ kind: 'pass', ms: 20_000 });
    }
  }
}

test('it always comes to what was asked for, and then to rest', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const flink = new Flink();
      flink.plan();
      for (const what of steps) flink.take(what);
      flink.settle();
      const { world } = flink;
      const state = world.jobRecord('1').state;
      const asWanted =
        world.alive('jobmanager').length === 1 &&
        world.alive('taskmanager').length === 2 &&
        flink.jobs.size === 1 &&
        flink.jobs.has(flinkJobId(world.jobRecord('1'))) &&
        world.record.jobs.length === 1 &&
        revisionOf(world.record).followedAt !== undefined &&
        world.tasks.every((task) => task.life.phase === 'ended' || !isOutdated(world.record, task)) &&
        state === 'RUNNING' &&
        !hasEnded(state);
      return asWanted && world.ask().actions.length === 0 && world.ask().persist.length === 0;
    }),
    { numRuns: 400 },
  );
  t.pass();
});
