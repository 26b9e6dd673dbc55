/** The end of a service, on a real ZooKeeper and the embedded Mesos: nothing of it is left on either. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import { apiOf } from './support/api.ts';
import { noFrameworks, reservedRoles } from './support/master-state.ts';
import { type Ends, eventually, flinkMesos, type Running } from './support/process.ts';
import { endAll, exampleJar, processesOf, startMesos } from './support/stack.ts';
import { startZooKeeper } from './support/zookeeper.ts';

test('MA-65, RL-10, RM-4, I2: uninstalled: no process, no reservation, no framework and no node in ZooKeeper is left', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-uninstall-'));
  const zooKeeper = await startZooKeeper(directory);
  const { version } = await exampleJar();
  const processes: Ends[] = [zooKeeper];
  try {
    const { mesosMaster } = await startMesos(directory, processes, 1);
    const start = (...extra: string[]): Running => {
      const scheduler = flinkMesos([
        ...['scheduler', '--zk', `zk://${zooKeeper.address}/flink-mesos`, '--mesos-master', mesosMaster],
        ...['--listen', '127.0.0.1:0', '--flink-version', version, '--role', 'flink', ...extra],
        ...['--storage', `file://${join(directory, 'shared')}`],
      ]);
      processes.push(scheduler);
      return scheduler;
    };
    const first = start();
    const api = await apiOf(first);
    await api.send('POST', '/v1/clusters', {
      name: 'orders',
      taskManagers: { mode: 'fixed', count: 1 },
      taskManager: { kept: { volumeMiB: 100 } },
    });
    await api.clusterRunning('orders', 1);
    const reserved = () => reservedRoles(`http://${mesosMaster}`);
    t.deepEqual(await reserved(), ['flink']);
    await first.kill('SIGTERM');

    const last = start('--uninstall');
    await last.said(/the service is uninstalled/);
    t.deepEqual(await reserved(), []);
    const { completed_frameworks } = await noFrameworks(`http://${mesosMaster}`);
    t.is(completed_frameworks.length, 1);
    const { url } = await apiOf(last);
    t.is((await fetch(`${url}/v1/health`)).status, 200);
    await last.kill('SIGTERM');

    const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 5_000 });
    t.is(await session.exists('/flink-mesos'), undefined);
    await session.close();
    const alone = async () => (await processesOf(join(directory, 'agents'))).length === 1;
    await eventually('the process of the agents alone', alone);
  } finally {
    await endAll(processes, directory);
  }
});
