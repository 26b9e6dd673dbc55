/** Which configuration is followed: the first one, a change, a refused change, and the way back. */
import test from 'ava';
import { judgeChange } from '../../src/main/configuration.ts';
import { type Candidate, settleConfiguration } from '../../src/operator/configurations.ts';
import { aCluster } from '../flink/cluster-fixture.ts';

const candidate = (options: Candidate['options'], more: Partial<Candidate> = {}): Candidate => ({
  options,
  judge: () => [],
  newId: () => `id-${options.role}`,
  at: 5,
  ...more,
});
const one = { version: 1, id: 'id-a', at: 1, options: { role: 'a' } } as const;
const two = { version: 1, id: 'id-b', at: 2, options: { role: 'b' } } as const;

test('the first one is taken without being judged, and written with the target', (t) => {
  const { target, writes, errors } = settleConfiguration([], undefined, candidate({ role: 'a' }));
  t.deepEqual(target, { ...one, at: 5 });
  t.deepEqual(errors, []);
  t.deepEqual(
    writes.map(({ collection, key }) => `${collection}/${key}`),
    ['settings/target-configuration', 'configurations/id-a'],
  );
});

test('the same options change nothing', (t) => {
  const { target, writes } = settleConfiguration([one], 'id-a', candidate({ role: 'a' }));
  t.is(target, one);
  t.deepEqual(writes, []);
});

test('a change that is refused leaves the one before, with the reasons', (t) => {
  const judge = () => ['role: no'];
  const { target, writes, errors } = settleConfiguration([one], 'id-a', candidate({ role: 'b' }, { judge }));
  t.is(target, one);
  t.deepEqual([writes, errors], [[], ['role: no']]);
});

test('the way back is the configuration of before, under its id', (t) => {
  const { target, writes } = settleConfiguration([one, two], 'id-b', candidate({ role: 'a' }));
  t.is(target, one);
  t.deepEqual(writes, [{ kind: 'put', collection: 'settings', key: 'target-configuration', value: 'id-a' }]);
});

test('fifty are kept', (t) => {
  const many = Array.from({ length: 50 }, (_, at) => ({ ...one, id: `c${at}`, options: { role: `${at}` } }));
  const { all, writes } = settleConfiguration(many, 'c49', candidate({ role: 'new' }));
  t.is(all.length, 50);
  t.like(writes.at(-1), { kind: 'delete', collection: 'configurations', key: 'c0' });
});

const before = { 'framework-name': 'flink', role: 'a,b', user: 'u', storage: 'file:///x' };
const changes: { what: string; after: object; clusters: number; says: RegExp | undefined }[] = [
  { what: 'nothing', after: {}, clusters: 1, says: undefined },
  { what: 'the name', after: { 'framework-name': 'other' }, clusters: 0, says: /framework-name: from flink to other/ },
  { what: 'the user, with clusters', after: { user: 'v' }, clusters: 1, says: /user: from u to v/ },
  { what: 'the user, without', after: { user: 'v' }, clusters: 0, says: undefined },
  {
    what: 'the storage, with clusters',
    after: { storage: 'file:///y' },
    clusters: 1,
    says: /checkpoints of 1 clusters/,
  },
  { what: 'the storage, without', after: { storage: 'file:///y' }, clusters: 0, says: undefined },
  { what: 'the role that a cluster uses', after: { role: 'b' }, clusters: 1, says: /words uses resources of a/ },
  { what: 'another role beside it', after: { role: 'a,c' }, clusters: 1, says: undefined },
];

for (const { what, after, clusters, says } of changes) {
  test(`a change of ${what}${clusters > 0 ? ' (clusters)' : ''}: ${says === undefined ? 'taken' : 'refused'}`, (t) => {
    const records = Array.from({ length: clusters }, () => aCluster());
    const found = judgeChange(before, { ...before, ...after }, records).join();
    if (says === undefined) t.is(found, '');
    else t.regex(found, says);
  });
}
