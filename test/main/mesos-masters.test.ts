import test from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { readMesosMasters, readOwnZooKeeper, shownMasters } from '../../src/main/mesos-masters.ts';

test('--zk takes an address with or without its scheme, with credentials', async (t) => {
  const expected = { hosts: ['zk1:2181', 'zk2:2182'], path: '/flink/one' };
  t.deepEqual(await readOwnZooKeeper('zk://zk1,zk2:2182/flink/one'), expected);
  t.deepEqual(await readOwnZooKeeper('zk1,zk2:2182/flink/one'), expected);
  t.deepEqual(await readOwnZooKeeper('zk://user:hunter2@zk1/flink'), {
    hosts: ['zk1:2181'],
    path: '/flink',
    credentials: { user: 'user', password: 'hunter2' },
  });
});

test('without --mesos-master the masters are those of our own ZooKeeper, with its credentials; without either it is said', async (t) => {
  const own = await readOwnZooKeeper('zk://user:hunter2@zk1/flink');
  const masters = await readMesosMasters(undefined, own);
  t.deepEqual(masters, { kind: 'zookeeper', address: { ...own, path: '/mesos' } });
  t.is(shownMasters(masters), 'zk://zk1:2181/mesos');
  t.is(shownMasters(await readMesosMasters('one:5050', own)), 'one:5050');
  const error = await t.throwsAsync(readMesosMasters(undefined), {
    instanceOf: Problem,
    message: /--mesos-master.*--zk/,
  });
  t.is(error.code, 'USAGE');
});
