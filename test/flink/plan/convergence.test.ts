/**
 * Whatever happens, in whatever order: when it stops, the cluster is as wanted, with one JobManager and as many
 * TaskManagers as asked for, and every job that was submitted runs in exactly one place.
 */
import test from 'ava';
import fc from 'fast-check';
import type { PlanAction } from '../../../src/flink/plan/clusters.ts';
import { flinkJobId } from '../../../src/flink/plan/flink-job-id.ts';
import { hasEnded } from '../../../src/flink/plan/job-states.ts';
import type { JobId } from '../../../src/flink/plan/records.ts';
import { aCluster, observed, World } from '../cluster-fixture.ts';

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'kill'; readonly part: 'jobmanager' | 'taskmanager'; readonly index: number }
  | { readonly kind: 'run' | 'look' | 'silence' | 'restart' | 'answer' | 'lose-answer' | 'elsewhere' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
  fc.record({
    kind: fc.constant('kill' as const),
    part: fc.constantFrom('jobmanager' as const, 'taskmanager' as const),
    index: fc.nat(2),
  }),
  fc.record({
    kind: fc.constantFrom<Exclude<Step['kind'], 'pass' | 'kill'>>(
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
  waiting: Extract<PlanAction, { kind: 'submit-job' }> | undefined;

  constructor() {
    this.world = new World(aCluster({}, { taskManagers: { mode: 'fixed', count: 2 } }));
    this.world.submit('1');
  }

  plan(): void {
    for (const action of this.world.plan()) if (action.kind === 'submit-job') this.waiting = action;
    if (this.world.alive('jobmanager').length > 1) throw new Error('two JobManagers');
  }

  look(): void {
    const jobManager = this.world.alive('jobmanager')[0];
    if (jobManager?.life.phase !== 'launched') return;
    this.world.see([...this.jobs].map((id) => observed('1', { id })));
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
    else this.answer(what.kind === 'answer');
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
  }

  /** Nothing goes wrong any more. */
  settle(): void {
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
        state === 'RUNNING' &&
        !hasEnded(state);
      return asWanted && world.ask().actions.length === 0 && world.ask().persist.length === 0;
    }),
    { numRuns: 300 },
  );
  t.pass();
});
