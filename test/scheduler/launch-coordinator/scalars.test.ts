/** Scalars besides cpus, memory and disk: taken, counted, shared fairly, and named where they are short. */
import test from 'ava';
import type { Offer } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { GroupName, TaskSpec } from '../../../src/scheduler/model/task.ts';
import { agent, callsOf, Driver, id, offer, scalar, taskSpec } from '../fixtures.ts';

function ready(): Driver {
  const core = new Driver();
  core.subscribe();
  return core;
}

function withScalars(number: number, others: Readonly<Record<string, number>>): Offer {
  const plain = offer(`o${number}`, agent(number));
  const more = Object.entries(others).map(([name, value]) => scalar(name, value));
  return { ...plain, resources: [...(plain.resources ?? []), ...more] };
}

function asking(taskId: string, others: Readonly<Record<string, number>>, more: Partial<TaskSpec> = {}): TaskSpec {
  return taskSpec(taskId, { resources: { cpus: 0.1, memMiB: 10, ports: [], others }, ...more });
}

function placeOf(core: Driver, taskId: string): string | undefined {
  const life = core.task(taskId)?.life;
  return life?.phase === 'launched' ? life.placement.agentId : undefined;
}

test('OF-4, OF-6, OF-10: gpus, bandwidth and whatever else an agent offers as a scalar are asked for by name, and taken out of the offer', (t) => {
  const core = ready();
  core.launch(asking('t1', { gpus: 2, network_bandwidth: 100.5 }));
  const frame = core.offers(withScalars(1, { gpus: 4, network_bandwidth: 300 }));
  const [operation] = callsOf(frame, 'ACCEPT')[0]?.accept.operations ?? [];
  const taken = operation?.type === 'LAUNCH' ? (operation.launch.task_infos[0]?.resources ?? []) : [];
  t.deepEqual(
    taken.map(({ name, scalar: amount }) => [name, amount?.value]),
    [
      ['cpus', 0.1],
      ['mem', 10],
      ['gpus', 2],
      ['network_bandwidth', 100.5],
    ],
  );
  const [seen] = core.scheduler.agents();
  t.deepEqual(seen?.offered[0]?.resources.others, { gpus: 2, network_bandwidth: 199.5 });
  t.deepEqual(seen?.ours.others, { gpus: 2, network_bandwidth: 100.5 });
});

test('OF-4: too few gpus are named, with the most that an agent had', (t) => {
  const core = ready();
  core.launch(asking('t1', { gpus: 4 }));
  core.offers(withScalars(1, { gpus: 2 }), withScalars(2, { gpus: 3 }), withScalars(3, {}));
  t.is(core.why('t1'), 'of 3 agents: 3 too little of gpus (wanted 4, best 3)');
  t.deepEqual(core.scheduler.why(id('t1'))?.ruledOut, [
    { reason: 'scalar', what: 'too little of gpus', agents: 3, wanted: 4, best: 3, bestAgent: agent(2) },
  ]);
});

test('who asks for no gpus goes where there are none, unless only such agents have room', (t) => {
  const core = ready();
  core.launch(asking('plain', {}));
  core.launch(asking('gpu', { gpus: 1 }));
  core.offers(withScalars(1, { gpus: 1 }), withScalars(2, {}));
  t.deepEqual([placeOf(core, 'plain'), placeOf(core, 'gpu')], ['S2', 'S1']);
  core.launch(asking('more', {}));
  core.offers(withScalars(3, { gpus: 1 }));
  t.is(placeOf(core, 'more'), 'S3');
});

test('FZ-90: any scalar may be the one by which shares are compared', (t) => {
  const core = ready();
  const group = (name: string) => ({ group: name as GroupName });
  for (const index of [0, 1, 2]) {
    core.launch(asking(`g${index}`, { gpus: 1 }, group('g')));
    core.launch(asking(`c${index}`, {}, group('c')));
  }
  const narrow = withScalars(1, { gpus: 2 });
  const cpus = scalar('cpus', 0.3);
  core.offers({ ...narrow, resources: [cpus, ...(narrow.resources ?? []).filter(({ name }) => name !== 'cpus')] });
  // A half of the gpus is more than a third of the cpus: after one of each it is the turn of c.
  const served = ['g0', 'g1', 'g2', 'c0', 'c1', 'c2'].filter((taskId) => placeOf(core, taskId) !== undefined);
  t.deepEqual(served, ['g0', 'c0', 'c1']);
});
