import test from 'ava';
import fc from 'fast-check';
import { Problem } from '../../src/lib/problem.ts';
import { isZooKeeperAddress, parseZooKeeperAddress, withoutPassword } from '../../src/zookeeper/address.ts';

test('hosts, path and the default port', (t) => {
  t.deepEqual(parseZooKeeperAddress('zk://h1:2181,h2,10.0.0.3:2182/mesos', '--x'), {
    hosts: ['h1:2181', 'h2:2181', '10.0.0.3:2182'],
    path: '/mesos',
  });
  t.is(parseZooKeeperAddress(' ZK://h/a/b-c/ ', '--x').path, '/a/b-c');
});

test('credentials stand as they are, up to the last @', (t) => {
  const { hosts, credentials, path } = parseZooKeeperAddress('zk://mesos:p@ss:w/rd,1@h1,h2/mesos', '--x');
  t.deepEqual(credentials, { user: 'mesos', password: 'p@ss:w/rd,1' });
  t.deepEqual(hosts, ['h1:2181', 'h2:2181']);
  t.is(path, '/mesos');
});

for (const [given, why] of [
  ['zk://h1:2181', /path is missing/],
  ['zk://h1:2181/', /path is missing/],
  ['zk://u:hunter2@/mesos', /host is empty/],
  ['zk://h1,,h2/mesos', /host is empty/],
  ['zk://u:hunter2@h1:0/mesos', /"h1:0" is no HOST:PORT/],
  ['zk://h1:70000/mesos', /is no HOST:PORT/],
  ['zk://h1:x/mesos', /is no HOST:PORT/],
  ['zk://[::1]:2181/mesos', /IPv6/],
  ['zk://u@h1/mesos', /not USER:PASSWORD/],
  ['zk://:hunter2@h1/mesos', /not USER:PASSWORD/],
  ['zk://h1/a//b', /no path of a node/],
  ['zk://h1/a/../b', /no path of a node/],
  ['zk://h1/mesos?tls=true', /no options/],
  ['zk:h1/mesos', /no zk:\/\/ address/],
  ['http://h1/mesos', /no zk:\/\/ address/],
  ['zks://u:hunter2@h1/mesos', /TLS and SASL to ZooKeeper are not supported/],
  ['zk+tls://h1/mesos', /TLS and SASL to ZooKeeper are not supported/],
  ['zksasl://h1/mesos', /TLS and SASL to ZooKeeper are not supported/],
] as const) {
  test(`${given} is refused, with the way to write it`, (t) => {
    const problem = t.throws(() => parseZooKeeperAddress(given, '--mesos-master'), { instanceOf: Problem });
    t.is(problem?.code, 'USAGE');
    t.regex(problem?.message ?? '', why);
    t.regex(problem?.message ?? '', /--mesos-master .*zk:\/\/zk1:2181,zk2:2181\/mesos/);
    t.notRegex(problem?.message ?? '', /hunter2/);
  });
}

test('I13: no password is shown, however it is written and whatever is wrong', (t) => {
  const secret = 'S3CRET';
  const around = fc.string({ unit: fc.constantFrom(...'abc:/,@?# \n') });
  fc.assert(
    fc.property(around, around, around, (before, after, rest) => {
      const given = `zk://u:${before}${secret}${after}@${rest}`;
      if (withoutPassword(given).includes(secret)) return false;
      try {
        parseZooKeeperAddress(given, '--x');
        return true;
      } catch (error) {
        return error instanceof Problem && !error.message.includes(secret);
      }
    }),
  );
  t.pass();
});

test('what is a ZooKeeper address is told from a list of masters', (t) => {
  for (const text of ['zk://h/m', ' ZK://h/m', 'zks://h/m', 'zk+tls://h/m']) t.true(isZooKeeperAddress(text));
  for (const text of ['h1:5050,h2', 'zk1:5050', 'zk:5050', 'zookeeper:5050', 'zkhost', 'http://h'])
    t.false(isZooKeeperAddress(text), text);
});
