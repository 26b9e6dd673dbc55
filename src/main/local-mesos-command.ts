/** `flink-mesos local-mesos`: the embedded Mesos on its own, whole, or its master and its agents as processes of their own. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { Problem } from '../lib/problem.ts';
import { startLocalAgents, startLocalMaster, startLocalMesos } from '../local-mesos/server/start-local-mesos.ts';
import { isZooKeeperAddress, parseZooKeeperAddress, withoutPassword } from '../zookeeper/address.ts';
import { readCredentials } from './credentials.ts';
import { defaultDataDir } from './directories.ts';
import { firstSignal } from './lifetime.ts';
import { agentSpecs, roleSetup } from './local-mesos-settings.ts';
import { parseCount, parseListen, parsePath } from './settings.ts';

interface Options {
  readonly listen: string;
  readonly workDir: string;
  readonly agents: string;
  readonly only?: 'master' | 'agents';
  readonly master?: string;
  readonly zk?: string;
  readonly keepTasks?: boolean;
  readonly credentials?: string;
  readonly resources?: string[];
  readonly attributes?: string[];
  readonly domain?: string[];
  readonly weights?: string;
  readonly quota?: string[];
}

export function addLocalMesosCommand(program: Command): void {
  program
    .command('local-mesos')
    .description('run the embedded Mesos: the v1 API over HTTP, tasks as processes of this machine')
    .option('--listen <host:port>', 'where the master listens', '127.0.0.1:5050')
    .option('--work-dir <dir>', 'where registry and sandboxes are kept', join(defaultDataDir(), 'mesos'))
    .option('--agents <count>', 'agents', '2')
    .addOption(new Option('--only <part>', 'run the master alone, or agents alone').choices(['master', 'agents']))
    .option('--master <host:port | zk://…>', 'the master that agents alone belong to, or zk://… that names it')
    .option('--credentials <file>', 'frameworks and operators must authenticate as one of these, in the form of Mesos')
    .option('--zk <zk://…>', 'masters that name the same ZooKeeper elect a leader there; they share --work-dir')
    .option('--resources <text...>', 'of each agent in turn, as Mesos has them: "cpus:4;mem:4096;gpus:1;cpus(web):2"')
    .option('--attributes <text...>', 'of each agent in turn: "rack:r1;zone:a"')
    .option('--domain <region/zone...>', 'fault domain of each agent in turn')
    .option('--weights <role=number,…>', 'weights of roles, as Mesos has them: "web=2,batch=0.5"')
    .option('--quota <role=text...>', 'limits of roles: "web=cpus:4;mem:4096"')
    .option('--keep-tasks', 'leave the tasks running for the next start on this work directory')
    .action((options: Options) => runLocalMesos(options));
}

async function runLocalMesos(options: Options): Promise<void> {
  const count = parseCount(options.agents, '--agents', 1, 1000);
  const agents = agentSpecs(count, options);
  const roles = roleSetup(options);
  const listen = parseListen(options.listen, '--listen');
  const common = {
    workDir: parsePath(options.workDir),
    report: ({ level, text }: { level: string; text: string }) => console.error(`${level}: ${text}`),
  };
  const credentials = options.credentials === undefined ? {} : { credentials: readCredentials(options.credentials) };
  const zooKeeper = options.zk === undefined ? {} : { zooKeeper: parseZooKeeperAddress(options.zk, '--zk') };
  const signal = firstSignal();
  switch (options.only) {
    case 'agents': {
      if (options.master === undefined)
        throw new Problem('USAGE', '--only agents: give --master HOST:PORT, the master they belong to');
      const master = isZooKeeperAddress(options.master)
        ? parseZooKeeperAddress(options.master, '--master')
        : options.master;
      const running = await startLocalAgents({ ...common, master, agents });
      console.log(`flink-mesos local-mesos: ${count} agents ready, for the master ${withoutPassword(options.master)}`);
      // An agent that the master sends away has ended; when all are, so has this process.
      await Promise.race([signal, Promise.all(running.agents.map(({ ended }) => ended))]);
      return running.close({ keepTasks: options.keepTasks === true });
    }
    case 'master': {
      const running = await startLocalMaster({ ...common, ...listen, ...credentials, ...zooKeeper, ...roles });
      console.log(`flink-mesos local-mesos: master at ${running.masterUrl}`);
      void running.led.then(() => console.log('flink-mesos local-mesos: this master leads'));
      const why = await Promise.race([signal.then(() => undefined), running.ended]);
      await running.close();
      if (why !== undefined) throw new Problem('UNREACHABLE', `this master leads no more: ${why}`);
      return;
    }
    default: {
      const running = await startLocalMesos({ ...common, ...listen, ...credentials, ...zooKeeper, ...roles, agents });
      console.log(`flink-mesos local-mesos: master at ${running.masterUrl}, ${count} agents ready`);
      await signal;
      return running.close({ keepTasks: options.keepTasks === true });
    }
  }
}
