/** A real ZooKeeper, the one inside a Flink distribution, on a port that it keeps over restarts; and a wire to it that can be cut. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { obtainDistribution } from '../../../src/flink/distribution/obtain.ts';
import { defaultCacheDir } from '../../../src/main/directories.ts';
import { connectZooKeeper } from '../../../src/zookeeper/connect.ts';
import { freePort } from './free-port.ts';
import { eventually, type Running, run } from './process.ts';

export interface ZooKeeperServer {
  readonly address: string;
  kill(): Promise<void>;
  /** On the same data and port, after a kill. */
  restart(): Promise<void>;
}

export async function startZooKeeper(directory: string, javaOptions: readonly string[] = []): Promise<ZooKeeperServer> {
  const { home } = await obtainDistribution(
    { ...(process.env.FLINK_HOME ? { flinkHome: process.env.FLINK_HOME } : {}), cacheDir: defaultCacheDir() },
    () => {},
  );
  const jars = (await readdir(join(home, 'lib'))).filter((name) => /^(flink-dist|log4j)/.test(name));
  const classPath = jars.map((name) => join(home, 'lib', name)).join(':');
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const data = join(directory, `zookeeper-${port}`);
  const config = join(directory, `zookeeper-${port}.cfg`);
  await mkdir(data, { recursive: true });
  await writeFile(config, configuration(data, port));
  const main = 'org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer';
  const java = ['-XX:TieredStopAtLevel=1', '-Xmx96m', ...javaOptions, '-cp', classPath, main];
  let server: Running;
  const start = async (): Promise<void> => {
    server = run('java', [...java, '--zkConfigFile', config, '--peerId', '1']);
    const died = server.exited().then((how) => `ended (${how})`);
    const up = eventually('ZooKeeper up', async () => {
      const probe = { hosts: [address], sessionTimeoutMs: 1_000 };
      await (await connectZooKeeper(probe)).close();
      return 'up';
    });
    const how = await Promise.race([up, died]);
    if (how !== 'up') throw new Error(`ZooKeeper ${how}:\n${server.output()}`);
  };
  await start();
  return {
    address,
    kill: async () => {
      await server.kill('SIGKILL');
    },
    restart: start,
  };
}

export interface Wire {
  readonly address: string;
  /** How many connections were made so far. */
  dialled(): number;
  /** Nothing passes any more, and nobody is told. */
  silence(): void;
  heal(): void;
  /** Every connection is broken; new ones pass. */
  break(): void;
  /** As break, once so many more bytes of answers have passed; what comes beyond them is lost. */
  breakAfter(bytes: number): void;
  close(): Promise<void>;
}

export async function wireTo(target: string): Promise<Wire> {
  const [host = '', port] = target.split(':');
  const sockets = new Set<Socket>();
  let silent = false;
  let left = Number.POSITIVE_INFINITY;
  const pass = (bytes: Buffer, to: Socket, answer: boolean): void => {
    if (silent) return;
    if (!answer || bytes.length <= left) {
      to.write(bytes);
      if (answer) left -= bytes.length;
      return;
    }
    to.end(bytes.subarray(0, left));
    left = Number.POSITIVE_INFINITY;
    silent = true;
    to.once('close', () => {
      silent = false;
      cut();
    });
  };
  let dialled = 0;
  const server = createServer((near) => {
    dialled += 1;
    const far = connect({ host, port: Number(port) });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => pass(bytes, to, to === near));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return {
    address: `127.0.0.1:${bound.port}`,
    silence: () => {
      silent = true;
    },
    heal: () => {
      silent = false;
      cut();
    },
    dialled: () => dialled,
    break: cut,
    breakAfter: (bytes) => {
      left = bytes;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configuration(data: string, port: number): string {
  return [
    'tickTime=200',
    'initLimit=50',
    'syncLimit=25',
    `dataDir=${data}`,
    `clientPort=${port}`,
    'clientPortAddress=127.0.0.1',
    'maxClientCnxns=0',
    'minSessionTimeout=400',
    'maxSessionTimeout=60000',
    'admin.enableServer=false',
    'server.1=127.0.0.1:2888:3888',
    '',
  ].join('\n');
}
