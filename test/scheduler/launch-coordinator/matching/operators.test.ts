/** Every operator on every kind of field, as a rule and as a wish: one table of who is right, the same for all fields. */
import test from 'ava';
import _ from 'lodash';
import {
  type Agent,
  type Constraint,
  fitness,
  Matcher,
  type Request,
} from '../../../../src/scheduler/launch-coordinator/matching/index.ts';
import { agent, request, where } from './fixtures.ts';

const fields: Readonly<Record<string, (value: string) => Partial<Agent>>> = {
  hostname: (hostname) => ({ hostname }),
  '@hostname': (hostname) => ({ hostname }),
  '@region': (region) => ({ region }),
  '@zone': (zone) => ({ zone }),
  rack: (rack) => ({ attributes: { rack } }),
};

/** On `crowded` two of the group run, on `used` one, on `empty` none; `bare` lacks the field. */
function agentsBy(having: (value: string) => Partial<Agent>): Agent[] {
  return [
    agent('crowded', {}, { ...having('v1'), groups: ['g', 'g'] }),
    agent('used', {}, { ...having('v2'), groups: ['g'] }),
    agent('empty', {}, having('v3')),
    agent('bare', {}, {}),
  ];
}

const among = 'g';
const table: readonly (readonly [right: string, of: (field: string) => Constraint])[] = [
  ['crowded', (field) => ({ operator: 'IS', field, value: 'v1' })],
  ['used empty bare', (field) => ({ operator: 'IS_NOT', field, value: 'v1' })],
  ['crowded used', (field) => ({ operator: 'LIKE', field, value: 'v[12]' })],
  ['empty bare', (field) => ({ operator: 'UNLIKE', field, value: 'v[12]' })],
  ['empty', (field) => ({ operator: 'UNIQUE', field, among })],
  ['used empty', (field) => ({ operator: 'MAX_PER', field, among, value: 2 })],
  ['crowded used', (field) => ({ operator: 'CLUSTER', field, among })],
  ['empty', (field) => ({ operator: 'CLUSTER', field, among, value: 'v3' })],
  ['used empty', (field) => ({ operator: 'GROUP_BY', field, among })],
  ['empty', (field) => ({ operator: 'GROUP_BY', field, among, value: 3 })],
  ['crowded used', (field) => ({ operator: 'NEAR', field, among })],
  ['empty bare', (field) => ({ operator: 'APART', field, among })],
];

function placeOf(asked: Partial<Request>, offered: readonly Agent[], others: readonly Agent[]): string | undefined {
  // Of others only the tasks are known: they offer nothing.
  const known = others.map((each) => ({ ...each, free: {}, ports: [] }));
  const by = fitness.preferencesFirst(fitness.packCpusAndMemory);
  return where(new Matcher([...offered, ...known]).match([request('r', {}, asked)], 'fitness', by).placements).r;
}

for (const [field, having] of Object.entries(fields)) {
  for (const [right, of] of table) {
    const constraint = of(field);
    const words = _.compact([field, constraint.operator, 'value' in constraint && constraint.value]).join(' ');
    test(`${words} is right on ${right}, where it rules and where it is wished for`, (t) => {
      const agents = agentsBy(having).filter(({ id }) => hasField(id, field));
      const expected = right.split(' ').filter((id) => hasField(id, field));
      const placedAlone = (asked: Partial<Request>) =>
        agents.filter((one) => placeOf(asked, [one], _.without(agents, one)) !== undefined).map(({ id }) => id);
      t.deepEqual(placedAlone({ hard: [constraint] }), expected);
      t.true(expected.includes(placeOf({ soft: [constraint] }, agents, []) ?? ''));
      t.deepEqual(placedAlone({ soft: [constraint] }), _.map(agents, 'id'));
    });
  }
}

/** Every agent has a host. */
function hasField(id: string, field: string): boolean {
  return id !== 'bare' || !field.endsWith('hostname');
}
