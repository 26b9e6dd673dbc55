/** Every task of a large service reports at once, as after the return of a master: how fast is a matter of bench/launch.ts. */
import test from 'ava';
import fc from 'fast-check';
import type { SchedulerEvent } from '../../src/mesos-api-client/protocol/scheduler.ts';
import type { TaskState } from '../../src/mesos-api-client/protocol/task-state.ts';
import type { Frame } from '../../src/scheduler/model/frame.ts';
import { agent, callsOf, Driver, id, offer, taskSpec } from './fixtures.ts';

const states: readonly TaskState[] = ['TASK_STARTING', 'TASK_RUNNING'];

/** As if it had been started anew with so many tasks that were launched. */
function withLaunched(count: number): Driver {
  const one = new Driver();
  one.subscribe();
  one.launch(taskSpec('t0'));
  one.offers(offer('o', agent(1)));
  const record = one.task('t0');
  if (record === undefined) throw new Error('it was launched');
  const tasks = Array.from({ length: count }, (_, index) => ({
    ...record,
    spec: { ...record.spec, taskId: id(`t${index}`), name: `t${index}` },
  }));
  const driver = new Driver({ tasks });
  driver.subscribe();
  return driver;
}

interface Update {
  readonly task: number;
  readonly state: TaskState;
  readonly uuid: string;
}

function event({ task, state, uuid }: Update): SchedulerEvent {
  const status = { task_id: { value: id(`t${task}`) }, agent_id: { value: agent(1) }, state, uuid };
  return { type: 'UPDATE', update: { status: { ...status, source: 'SOURCE_EXECUTOR' } } };
}

function acknowledged(frame: Frame): string[] {
  return callsOf(frame, 'ACKNOWLEDGE').map(({ acknowledge }) => acknowledge.uuid);
}

test('MA-64: of 20,000 updates each is acknowledged by the frame that makes its effect safe, those of a task in their order', (t) => {
  const tasks = 10_000;
  const driver = withLaunched(tasks);
  let persisted = 0;
  for (const state of states) {
    for (let task = 0; task < tasks; task += 1) {
      const update = { task, state, uuid: `${state}-${task}` };
      const frame = driver.event(event(update));
      t.deepEqual(acknowledged(frame), [update.uuid]);
      persisted += frame.persist.length;
      // Nothing is gathered: what a frame asks for is of this one update.
      t.true(frame.calls.length <= 2 && frame.timers.length <= 2 && frame.facts.length <= 2);
      driver.frames.length = 0;
      driver.inputs.length = 0;
    }
  }
  t.is(persisted, 2 * tasks);
  for (const task of [0, tasks - 1])
    t.like(driver.task(`t${task}`)?.life, { phase: 'launched', state: 'TASK_RUNNING' });
});

test('property, MA-64: in whatever order updates come, and however often, a task goes no step back and each is acknowledged', (t) => {
  const updates = fc.array(fc.record({ task: fc.nat(4), state: fc.constantFrom(...states), uuid: fc.uuid() }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(updates, (burst) => {
      const driver = withLaunched(5);
      const ran = new Set<number>();
      for (const update of burst) {
        t.deepEqual(acknowledged(driver.event(event(update))), [update.uuid]);
        if (update.state === 'TASK_RUNNING') ran.add(update.task);
        const life = driver.task(`t${update.task}`)?.life;
        if (ran.has(update.task)) t.like(life, { phase: 'launched', state: 'TASK_RUNNING' });
      }
    }),
  );
});
