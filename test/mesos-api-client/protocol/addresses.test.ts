import test from 'ava';
import { Problem } from '../../../src/lib/problem.ts';
import { parseLocation, parseMasters } from '../../../src/mesos-api-client/protocol/addresses.ts';

const lists: readonly [string, string[]][] = [
  ['h1:5050,h2:5050', ['h1:5050', 'h2:5050']],
  [' h1:5050 , h2:6000 ', ['h1:5050', 'h2:6000']],
  ['h1', ['h1:5050']],
  ['h1:80', ['h1:80']],
  ['10.0.0.1:5050', ['10.0.0.1:5050']],
  ['[::1]:5050', ['[::1]:5050']],
  ['[2001:db8::7]', ['[2001:db8::7]:5050']],
  ['master-1.example.org:5050', ['master-1.example.org:5050']],
  ['h1:5050,h1:5050', ['h1:5050']],
];

for (const [list, masters] of lists) {
  test(`masters "${list}"`, (t) => {
    t.deepEqual(parseMasters(list), masters);
  });
}

for (const list of [
  '',
  ',',
  'h1:5050,',
  'h1:0',
  'h1:70000',
  'h1:x',
  'h1:',
  ':5050',
  '::1',
  '::1:5050',
  '[::1',
  '[x]:5050',
  'http://h1:5050',
  'h1:5050/path',
  'h 1:5050',
  'u@h1:5050',
  'h1:5050?a',
  'h1:-1',
]) {
  test(`masters "${list}" are refused, with the way to write them`, (t) => {
    const error = t.throws(() => parseMasters(list), { instanceOf: Problem });
    t.is(error.code, 'USAGE');
    t.regex(error.message, /host1:5050/);
  });
}

test('zk:// is recognised and refused, its password not repeated', (t) => {
  const error = t.throws(() => parseMasters('zk://admin:hunter2@z1:2181,z2:2181/mesos'), { instanceOf: Problem });
  t.is(error.code, 'USAGE');
  t.regex(error.message, /ZooKeeper/);
  t.notRegex(error.message, /hunter2/);
});

test('a password in a list of masters is not repeated', (t) => {
  const error = t.throws(() => parseMasters('http://admin:hunter2@h1:5050'), { instanceOf: Problem });
  t.notRegex(error.message, /hunter2/);
});

const locations: readonly [string, string | undefined][] = [
  ['//h:5050/master/api/v1/scheduler', 'h:5050'],
  ['//h:5050/api/v1/scheduler', 'h:5050'],
  ['//h:5050', 'h:5050'],
  ['h:5050', 'h:5050'],
  ['h:5050/api/v1/scheduler', 'h:5050'],
  ['http://h:5050', 'h:5050'],
  ['http://h:5050/master/api/v1/scheduler', 'h:5050'],
  ['https://h:5050/', 'h:5050'],
  ['http://h/', 'h:80'],
  ['https://h/', 'h:443'],
  ['//[::1]:5050/x', '[::1]:5050'],
  ['[::1]:5050', '[::1]:5050'],
  ['', undefined],
  ['//', undefined],
  ['///path', undefined],
  ['/api/v1/scheduler', undefined],
  ['nonsense', undefined],
  ['h:port', undefined],
  ['//h:99999/', undefined],
  ['http://', undefined],
  ['http://u:p@h:5050/', undefined],
  ['mailto:x', undefined],
];

for (const [location, to] of locations) {
  test(`MA-12 MA-13 Location "${location}"`, (t) => {
    t.is(parseLocation(location), to);
  });
}
