/** Requests that go together: all are placed, or none, and a failed attempt leaves nothing behind. */
import test from 'ava';
import fc from 'fast-check';
import _ from 'lodash';
import {
  type Agent,
  Matcher,
  type Placement,
  type Request,
} from '../../../../src/scheduler/launch-coordinator/matching/index.ts';
import { agent, many, objectives, request, thousandths, where } from './fixtures.ts';

const together = { together: 'b' };

for (const objective of objectives) {
  test(`${objective}: a band that does not fit as a whole is not placed at all, and others get the room`, (t) => {
    const matcher = new Matcher([agent('a', { cpus: 2 }), agent('b', { cpus: 1 })]);
    const { placements, unplaced } = matcher.match([...many(4, {}, together), request('single')], objective);
    t.deepEqual(
      placements.map(({ requestId }) => requestId),
      ['single'],
    );
    t.deepEqual(unplaced, ['r0', 'r1', 'r2', 'r3']);
    matcher.set(agent('c', { cpus: 4 }));
    t.is(matcher.match(many(4, {}, together), objective).placements.length, 4);
  });

  test(`${objective}: what an attempt took is given back: ports, scalars, sets, groups, exclusive agents`, (t) => {
    const agents = [
      agent('a', { cpus: 3, gpus: 2 }, { ports: [{ begin: 1, end: 6 }], sets: { eni: { sets: 1, each: 9 } } }),
    ];
    const wish = { ports: 2, groups: ['g'], sets: { eni: { value: 'red', amount: 1 } }, ...together };
    const matcher = new Matcher(agents);
    t.deepEqual(
      matcher.match([...many(2, { gpus: 1 }, wish), request('big', { cpus: 2 }, wish)], objective).placements,
      [],
    );
    const hard = [{ operator: 'UNIQUE' as const, field: '@agent', among: 'g' }];
    const other = { ports: 6, hard, exclusive: true, sets: { eni: { value: 'blue', amount: 9 } } };
    t.deepEqual(matcher.match([request('all', { cpus: 3, gpus: 2 }, other)], objective).placements, [
      { requestId: 'all', agentId: 'a', ports: [1, 2, 3, 4, 5, 6], sets: { eni: 0 } },
    ]);
  });
}

test('members of a band may wait for each other: one that goes near another that is placed after it', (t) => {
  const agents = [agent('a', {}, { zone: 'z1' }), agent('b', {}, { zone: 'z2' })];
  const near = request('near', {}, { ...together, hard: [{ operator: 'NEAR', field: '@zone', among: 'g' }] });
  const first = request(
    'first',
    {},
    { ...together, groups: ['g'], hard: [{ operator: 'IS', field: '@zone', value: 'z2' }] },
  );
  t.deepEqual(where(new Matcher(agents).match([near, first], 'fitness').placements), { near: 'b', first: 'b' });
});

const amounts = fc.record({ cpus: fc.integer({ min: 1, max: 4 }), mem: fc.integer({ min: 1, max: 4 }) });
const asked: fc.Arbitrary<Request[]> = fc
  .array(
    fc.record({ amounts, ports: fc.nat({ max: 2 }), band: fc.constantFrom('x', 'y', undefined), unique: fc.boolean() }),
    {
      maxLength: 14,
    },
  )
  .map((all) =>
    all.map(({ amounts: { cpus, mem }, ports, band, unique }, index) => ({
      id: `r${index}`,
      scalars: thousandths({ cpus, mem }),
      ports,
      groups: ['g'],
      ...(band !== undefined && { together: band }),
      ...(unique && { hard: [{ operator: 'UNIQUE' as const, field: '@agent', among: 'g' }] }),
    })),
  );
const offered: fc.Arbitrary<Agent[]> = fc
  .array(fc.record({ cpus: fc.nat({ max: 12 }), mem: fc.nat({ max: 12 }), ports: fc.nat({ max: 6 }) }), {
    maxLength: 5,
  })
  .map((all) =>
    all.map(({ cpus, mem, ports }, index) => ({
      id: `a${index}`,
      hostname: `h${index}`,
      free: thousandths({ cpus, mem }),
      ports: ports === 0 ? [] : [{ begin: 1, end: ports }],
    })),
  );

for (const objective of objectives) {
  test(`property, ${objective}: of each band all or none; and whom a failed band leaves out finds what it would without it`, (t) => {
    fc.assert(
      fc.property(asked, offered, (requests, agents) => {
        const { placements, unplaced } = new Matcher(agents).match(requests, objective);
        const placed = new Set(placements.map(({ requestId }) => requestId));
        t.is(placed.size + unplaced.length, requests.length);
        const bands = _.groupBy(
          requests.filter((each) => each.together !== undefined),
          'together',
        );
        for (const band of Object.values(bands)) {
          t.true(band.every(({ id }) => placed.has(id)) || !band.some(({ id }) => placed.has(id)));
        }
        if (objective === 'fitness') {
          const failed = new Set(unplaced);
          const others = requests.filter(({ id, together: band }) => band === undefined || !failed.has(id));
          const without: readonly Placement[] = new Matcher(agents).match(others, objective).placements;
          t.deepEqual(without, placements);
        }
      }),
      { numRuns: 300 },
    );
  });
}
