import test from 'ava';
import { chooseVersion, isSupported, knownVersions } from '../../../src/flink/distribution/versions.ts';
import { Problem } from '../../../src/lib/problem.ts';

test('a whole version, or the newest known one of a line', (t) => {
  t.true(knownVersions[0]?.version === chooseVersion(undefined));
  t.is(chooseVersion('2.2.0'), '2.2.0');
  t.is(chooseVersion('1.20'), '1.20.5');
  t.is(chooseVersion('1.20.x'), '1.20.5');
});

test('the table begins with the newest and holds 1.20 and 2.x', (t) => {
  const numbers = knownVersions.map(({ version }) =>
    version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0),
  );
  t.deepEqual(
    numbers,
    numbers.toSorted((a, b) => b - a),
  );
  t.true(knownVersions.some(({ version }) => version.startsWith('1.20.')));
  t.true(knownVersions.every(({ version }) => isSupported(version)));
  for (const { scripts, libraries } of knownVersions) t.regex(scripts.sha256 + libraries.sha256, /^[0-9a-f]{128}$/);
});

test('what is no version, or too old, is refused with the known ones', (t) => {
  for (const asked of ['', 'abc', '2', '3.1', '2.3.0; ls', '--pre', '1.19.3', '1.13.6', '0.10.2', '2.3.0rc1']) {
    const error = t.throws(() => chooseVersion(asked), { instanceOf: Problem });
    t.is(error?.code, 'FLINK_VERSION_UNKNOWN');
    t.regex(error?.message ?? '', /Known versions: 2\.3\.0/);
  }
});
