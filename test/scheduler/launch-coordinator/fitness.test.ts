/** What makes an agent the better one, as a task says it: mixed measures, former agents, company; named sets of resources. */
import test from 'ava';
import type { Offer } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { FitnessPart, PlacementWish } from '../../../src/scheduler/model/placement.ts';
import type { GroupName, TaskSpec } from '../../../src/scheduler/model/task.ts';
import { agent, callsOf, Driver, id, type OfferSizes, offer, scalar, taskSpec } from '../fixtures.ts';

function ready(): Driver {
  const core = new Driver();
  core.subscribe();
  return core;
}

const plain: PlacementWish = { constraints: [], preferences: [], awayFrom: [], exclusive: false, fitness: 'pack' };
const small = { cpus: 0.1, memMiB: 10, ports: ['one'] };

function by(...parts: FitnessPart[]): Partial<TaskSpec> {
  return { placement: { ...plain, fitness: { parts } } };
}

function placeOf(core: Driver, taskId: string): string | undefined {
  const life = core.task(taskId)?.life;
  return life?.phase === 'launched' ? life.placement.agentId : undefined;
}

function at(
  number: number,
  attributes: Readonly<Record<string, string>> = {},
  sizes: OfferSizes = {},
  zone?: string,
): Offer {
  return {
    ...offer(`o${number}-${Math.random()}`, agent(number), sizes),
    attributes: Object.entries(attributes).map(([name, value]) => ({ name, type: 'TEXT', text: { value } })),
    ...(zone !== undefined && { domain: { fault_domain: { region: { name: 'eu' }, zone: { name: zone } } } }),
  };
}

function chosen(more: Partial<TaskSpec>, ...offers: Offer[]): string | undefined {
  const core = ready();
  core.launch(taskSpec('t1', { resources: { ...small, ...more.resources }, ...more }));
  core.offers(...offers);
  return placeOf(core, 't1');
}

const ports = (count: number) => [{ begin: 1, end: count }];

test('FZ-23, FZ-26, FZ-27, FZ-28, FZ-29: packing and spreading by cpus, memory, disk, ports, or another scalar', (t) => {
  const offers = [
    at(1, {}, { cpus: 2, mem: 8_000, disk: 900, ports: ports(50) }),
    at(2, {}, { cpus: 8, mem: 2_000, disk: 500, ports: ports(100) }),
  ];
  const asked = { resources: { ...small, diskMiB: 10 } };
  t.is(chosen({ ...asked, ...by({ by: 'pack', of: 'cpus' }) }, ...offers), 'S1');
  t.is(chosen({ ...asked, ...by({ by: 'spread', of: 'cpus' }) }, ...offers), 'S2');
  t.is(chosen({ ...asked, ...by({ by: 'pack', of: 'memory' }) }, ...offers), 'S2');
  t.is(chosen({ ...asked, ...by({ by: 'pack', of: 'disk' }) }, ...offers), 'S2');
  t.is(chosen({ ...asked, ...by({ by: 'pack', of: 'ports' }) }, ...offers), 'S1');
  const wired = [400, 100].map((value, index) => {
    const plainOffer = at(index + 1);
    return { ...plainOffer, resources: [...(plainOffer.resources ?? []), scalar('network_bandwidth', value)] };
  });
  const bandwidth = { resources: { ...small, diskMiB: 0, others: { network_bandwidth: 10 } } };
  t.is(chosen({ ...bandwidth, ...by({ by: 'pack', of: 'network_bandwidth' }) }, ...wired), 'S2');
  t.is(chosen({ ...bandwidth, ...by({ by: 'spread', of: 'network_bandwidth' }) }, ...wired), 'S1');
});

test('FZ-31: several measures count by their weights; preferences come before all of them', (t) => {
  const offers = [
    at(1, { disk: 'ssd' }, { cpus: 8 }),
    at(2, { disk: 'hdd' }, { cpus: 2 }),
    at(3, { old: 'yes' }, { cpus: 1 }),
  ];
  const ssd: FitnessPart = { by: 'prefer', field: 'disk', value: 'ssd' };
  t.is(chosen(by({ by: 'pack', weight: 1 }, { ...ssd, weight: 0.01 }), ...offers), 'S3');
  t.is(chosen(by({ by: 'pack', weight: 1 }, { ...ssd, weight: 10 }), ...offers), 'S1');
  t.is(chosen(by({ by: 'pack' }, { by: 'avoid', field: 'old', value: 'yes' }), ...offers), 'S2');
  const preferences = [{ field: 'disk', operator: 'IS' as const, value: 'hdd' }];
  const wish = { ...plain, preferences, fitness: { parts: [{ ...ssd, weight: 100 }] } };
  t.is(chosen({ placement: wish }, ...offers), 'S2');
});

test('least fragmentation wants cpus and memory to run out together', (t) => {
  const lopsided = [at(1, {}, { cpus: 1, mem: 8_000 }), at(2, {}, { cpus: 4, mem: 400 })];
  t.is(chosen({ ...by({ by: 'least-fragmentation' }), resources: { ...small, diskMiB: 0 } }, ...lopsided), 'S2');
});

test('a good-enough threshold takes the first agent that reaches it', (t) => {
  const wish = { ...plain, fitness: { parts: [{ by: 'pack' as const }], goodEnough: 0 } };
  t.is(chosen({ placement: wish }, at(1, {}, { cpus: 8 }), at(2, {}, { cpus: 1 })), 'S1');
});

test('a task goes back to the agent where one of its part was before, if it says so', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { resources: small }));
  core.offers(at(2));
  core.update({ taskId: 't1', state: 'TASK_FINISHED', agent_id: { value: agent(2) } });
  const offers = () => [at(1, {}, { cpus: 1 }), at(2), at(3, {}, { cpus: 1 })];
  core.launch(taskSpec('t2', { resources: small, ...by({ by: 'former-agent' }) }));
  core.offers(...offers());
  t.is(placeOf(core, 't2'), 'S2');
  core.launch(taskSpec('other', { resources: small, part: 'other', ...by({ by: 'former-agent' }) }));
  core.offers(...offers());
  t.is(placeOf(core, 'other'), 'S1');
});

test('each constraint counts its own tasks, also where several are on one field: as the matcher does, so the reasons', (t) => {
  const constraints = [
    { field: '@zone', operator: 'MAX_PER' as const, value: '1' },
    { field: '@zone', operator: 'NEAR' as const, value: 'payments' },
  ];
  const core = ready();
  core.launch(taskSpec('p1', { group: 'payments' as GroupName, resources: small }));
  core.offers(at(1, {}, { cpus: 1 }, 'z1'));
  core.launch(taskSpec('near', { resources: { ...small, cpus: 2 }, placement: { ...plain, constraints } }));
  core.offers(at(2, {}, { cpus: 1 }, 'z1'));
  t.is(core.why('near'), 'of 2 agents: 2 too few cpus (wanted 2, best 1)');
});

test('NEAR and APART: on a value where tasks of another group are, or none; near also as a measure', (t) => {
  const core = ready();
  const other = { group: 'payments' as GroupName, resources: small };
  const rule = (operator: 'NEAR' | 'APART') => ({ field: '@zone', operator, value: 'payments' });
  core.launch(taskSpec('near', { resources: small, placement: { ...plain, constraints: [rule('NEAR')] } }));
  core.offers(at(1, {}, {}, 'z1'));
  t.is(core.why('near'), 'of 1 agent: 1 ruled out by @zone NEAR payments');
  core.launch(taskSpec('p1', other));
  core.offers(at(1, {}, {}, 'z1'));
  const offers = () => [at(1, {}, {}, 'z1'), at(2, {}, { cpus: 1 }, 'z2'), at(3, {}, { cpus: 8 }, 'z1')];
  core.launch(taskSpec('apart', { resources: small, placement: { ...plain, constraints: [rule('APART')] } }));
  core.launch(taskSpec('soft', { resources: small, placement: { ...plain, preferences: [rule('NEAR')] } }));
  core.launch(taskSpec('close', { resources: small, ...by({ by: 'near', group: 'payments' as GroupName }) }));
  core.offers(...offers());
  t.deepEqual(
    ['near', 'apart', 'soft', 'close'].map((taskId) => placeOf(core, taskId)),
    ['S1', 'S2', 'S1', 'S1'],
  );
});

test('FZ-77, FZ-83, FZ-86: a task gets a named set of its agent, is told which, and keeps it over a restart', (t) => {
  const eni = (value: string) => ({ ...small, sets: { ENIs: { value, amount: 1 } } });
  const stated = { res: 'ResourceSet-ENIs-2-1' };
  const core = ready();
  core.launch(taskSpec('t1', { resources: eni('red') }));
  const frame = core.offers(at(1, stated));
  const [operation] = callsOf(frame, 'ACCEPT')[0]?.accept.operations ?? [];
  const variables = operation?.type === 'LAUNCH' ? operation.launch.task_infos[0]?.command?.environment?.variables : [];
  t.is(variables?.find(({ name }) => name === 'SET_ENIS')?.value, '0');
  t.like(core.task('t1')?.life, { placement: { sets: { ENIs: 0 } } });
  const again = new Driver({ tasks: core.scheduler.tasks() });
  again.now = core.now;
  again.subscribe();
  again.update({ taskId: 't1', state: 'TASK_RUNNING' });
  again.launch(taskSpec('t2', { resources: eni('blue') }));
  again.launch(taskSpec('t3', { resources: eni('green') }));
  again.offers(at(1, stated));
  t.like(again.task('t2')?.life, { placement: { sets: { ENIs: 1 } } });
  t.is(again.why('t3'), 'of 1 agent: 1 without a free set of the named resources');
  t.deepEqual(
    again.scheduler.why(id('t3'))?.ruledOut.map(({ reason }) => reason),
    ['set'],
  );
});
