/** The end of a service, on a real ZooKeeper and the embedded Mesos: nothing of it is left on either. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import { apiAt } from './support/api.ts';
import { eventually, flinkMesos, type Running } from './support/process.ts';
import { exampleJar, processesOf, startMaster } from './support/stack.ts';
import { startZooKeeper } from './support/zookeeper.ts';

interface MasterState {
  readonly frameworks: readonly unknown[];
  readonly completed_frameworks: readonly unknown[];
}

test('MA-65, RL-10, RM-4, I2: uninstalled: no process, no reservation, no framework and no node in ZooKeeper is left', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-uninstall-'));
  const zooKeeper = await startZooKeeper(directory);
  const { version } = await exampleJar();
  const processes: Running[] = [];
  const started = (process: Running): Running => {
    processes.push(process);
    return process;
  };
  try {
    const master = started(startMaster(directory, '127.0.0.1:0'));
    const mesosMaster = (await master.said(/master at http:\/\/(\S+:\d+)/))[1] ?? '';
    const agents = started(
      flinkMesos([
        ...['local-mesos', '--only', 'agents', '--master', mesosMaster, '--agents', '1'],
        ...['--work-dir', join(directory, 'agents')],
      ]),
    );
    await agents.said(/agents? ready/);
    const start = (...extra: string[]): Running =>
      started(
        flinkMesos([
          ...['scheduler', '--zk', `zk://${zooKeeper.address}/flink-mesos`, '--mesos-master', mesosMaster],
          ...['--listen', '127.0.0.1:0', '--flink-version', version, '--role', 'flink', ...extra],
          ...['--storage', `file://${join(directory, 'shared')}`],
        ]),
      );
    const first = start();
    const api = apiAt((await first.said(/API at (http:\/\/[^\s,]+)/))[1] ?? '');
    await api.send('POST', '/v1/clusters', {
      name: 'orders',
      taskManagers: { mode: 'fixed', count: 1 },
      taskManager: { kept: { volumeMiB: 100 } },
    });
    await api.clusterRunning('orders', 1);
    const reserved = async () => {
      const state = await (await fetch(`http://${mesosMaster}/slaves`)).json();
      return (state as { slaves: { reserved_resources: object }[] }).slaves.flatMap((slave) =>
        Object.keys(slave.reserved_resources),
      );
    };
    t.deepEqual(await reserved(), ['flink']);
    await first.kill('SIGTERM');

    const last = start('--uninstall');
    await last.said(/the service is uninstalled/);
    t.deepEqual(await reserved(), []);
    const { frameworks, completed_frameworks } = (await (
      await fetch(`http://${mesosMaster}/master/state`)
    ).json()) as MasterState;
    t.deepEqual([frameworks.length, completed_frameworks.length], [0, 1]);
    const url = (await last.said(/API at (http:\/\/[^\s,]+)/))[1] ?? '';
    t.is((await fetch(`${url}/v1/health`)).status, 200);
    await last.kill('SIGTERM');

    const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 5_000 });
    t.is(await session.exists('/flink-mesos'), undefined);
    await session.close();
    const tasks = (await processesOf(join(directory, 'agents'))).length;
    t.is(tasks, 1, 'the agent process alone');
  } finally {
    for (const process of processes.reverse()) await process.kill('SIGTERM');
    await zooKeeper.kill();
    await eventually('no process left', async () => (await processesOf(directory)).length === 0);
    await rm(directory, { recursive: true, force: true });
  }
});
