import test from 'ava';
import _ from 'lodash';
import { type Agent, Matcher, type Request } from '../../../../src/scheduler/launch-coordinator/matching/index.ts';
import { agent, many, objectives } from './fixtures.ts';

for (const objective of objectives) {
  const placedOn = (agents: readonly Agent[], asked: readonly Request[]) =>
    _.countBy(new Matcher(agents).match(asked, objective).placements, 'agentId');

  test(`${objective}, FZ-5, FZ-56: as many are placed as network bandwidth, or any other scalar, allows`, (t) => {
    t.deepEqual(placedOn([agent('a', { network: 100 })], many(3, { network: 40 })), { a: 2 });
    t.deepEqual(placedOn([agent('a', { gpus: 4 })], many(5, { gpus: 1 })), { a: 4 });
  });

  test(`${objective}, FZ-57, FZ-58: scalars of two agents are used, and of two scalars the scarcer limits`, (t) => {
    t.deepEqual(placedOn([agent('a', { gpus: 2 }), agent('b', { gpus: 2 })], many(4, { gpus: 1 })), { a: 2, b: 2 });
    t.deepEqual(placedOn([agent('a', { gpus: 4, licences: 2 })], many(4, { gpus: 1, licences: 1 })), { a: 2 });
  });

  test(`${objective}, FZ-10: two requests of three ports in one batch get six different ones`, (t) => {
    const ports = [{ begin: 1, end: 6 }];
    const { placements } = new Matcher([agent('a', {}, { ports })]).match(many(2, {}, { ports: 3 }), objective);
    t.deepEqual(placements.flatMap((placement) => placement.ports).sort(), [1, 2, 3, 4, 5, 6]);
  });

  test(`${objective}, FZ-61, FZ-64, FZ-96: agents out of service are kept out by a constraint, and the large request finds the one with room`, (t) => {
    const agents = [
      agent('off', { cpus: 64 }, { attributes: { service: 'maintenance' } }),
      agent('one', { cpus: 4 }, { attributes: { service: 'one' } }),
      agent('two', { cpus: 16 }, { attributes: { service: 'two' } }),
    ];
    const hard = [{ operator: 'LIKE', field: 'service', value: 'one|two' }] as const;
    t.deepEqual(placedOn(agents, many(1, { cpus: 12 }, { hard })), { two: 1 });
    t.deepEqual(placedOn(agents, many(1, { cpus: 32 }, { hard })), {});
  });
}

test('FZ-20: with agents of two sizes a small request goes to the small kind, a large one to the large', (t) => {
  const agents = [agent('large', { cpus: 16, mem: 1_600 }), agent('small', { cpus: 4, mem: 400 })];
  const place = (cpus: number) =>
    new Matcher(agents).match(many(1, { cpus }), 'fitness').placements.map(({ agentId }) => agentId);
  t.deepEqual([place(1), place(16)], [['small'], ['large']]);
});
