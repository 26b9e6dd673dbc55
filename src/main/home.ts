/**
 * Where a scheduler keeps what outlives it: a data directory of its own, or, where several schedulers are one service,
 * ZooKeeper for the records and a directory that all of them reach for the files.
 */
import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import _ from 'lodash';
import { Problem } from '../lib/problem.ts';
import { type LoadedRecords, loadRecords, processesOfTasks } from '../runtime/load-records.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { sharingParts } from '../store/shared-parts.ts';
import type { Store } from '../store/store.ts';
import type { ZooKeeperAddress } from '../zookeeper/address.ts';
import { openZooKeeper } from '../zookeeper/connect.ts';
import { becomeLeader, SESSION_TIMEOUT_MS } from './leadership.ts';
import { choosePort } from './ports.ts';
import { type Listen, type SchedulerSettings, urlOf } from './settings.ts';
import { type StandbyParts, startStandby } from './standby-server.ts';

export interface Home {
  readonly store: Store;
  readonly records: LoadedRecords;
  /** Artifacts and the secret that their addresses are signed with. */
  readonly filesDir: string;
  /** A URI, for checkpoints, savepoints and what Flink keeps for high availability. */
  readonly storage: string;
  readonly listen: Listen;
  /** Tells the others where the leader is. */
  announce(url: string): Promise<void>;
  /** Settles when this process leads no longer. */
  readonly lost?: Promise<Problem>;
  /** `forGood`: the service is uninstalled, and what it kept for itself goes too. */
  close(forGood?: boolean): Promise<void>;
}

export async function openOwnHome({ dataDir, listen }: SchedulerSettings): Promise<Home> {
  const store = sharingParts(await openEmbeddedStore(dataDir), processesOfTasks);
  try {
    const records = await loadRecords(store);
    return {
      store,
      records,
      filesDir: dataDir,
      storage: storageHere(dataDir),
      listen: await settleAddress(store, listen, records),
      announce: () => Promise.resolve(),
      close: async (forGood = false) => {
        await store.close();
        if (forGood) await removeFiles(dataDir);
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Standby {
  readonly logger: FastifyBaseLogger;
  readonly onStandby?: (url: string) => Promise<void>;
}

/** Resolves when this process leads. */
export async function openSharedHome(
  address: ZooKeeperAddress,
  settings: SchedulerSettings & Pick<StandbyParts, 'access' | 'tls'>,
  { logger, onStandby }: Standby,
): Promise<Home> {
  if (settings.storage !== undefined) sharedPath(settings.storage);
  const listen = { ...settings.listen, port: await choosePort(settings.listen) };
  const advertiseUrl = advertised(settings, listen);
  await onStandby?.(advertiseUrl);
  const { zkSessionTimeoutMs: sessionTimeoutMs = SESSION_TIMEOUT_MS } = settings;
  const leadership = await becomeLeader({
    openSession: () => openZooKeeper({ ...address, sessionTimeoutMs }),
    sessionTimeoutMs,
    root: address.path,
    where: `zk://${address.hosts.join(',')}${address.path}`,
    startStandby: (leader) => startStandby({ listen, leader, advertiseUrl, ..._.pick(settings, ['access', 'tls']) }),
    logger,
  });
  const { store, announce, lost, close } = leadership;
  try {
    const records = await loadRecords(store);
    const storage = await settleStorage(store, settings, records);
    const filesDir = join(sharedPath(storage), '.flink-mesos');
    await mkdir(filesDir, { recursive: true, mode: 0o700 });
    return {
      store,
      records,
      filesDir,
      storage,
      listen,
      announce,
      lost,
      close: async (forGood) => {
        if (await close(forGood)) await removeFiles(filesDir);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Checkpoints and savepoints stay: they are the users'. */
async function removeFiles(filesDir: string): Promise<void> {
  for (const name of ['artifacts', 'artifacts.secret'])
    await rm(join(filesDir, name), { recursive: true, force: true });
}

/** How agents, browsers and standbys reach us. */
export function advertised({ advertiseUrl }: SchedulerSettings, listen: Listen): string {
  const url = advertiseUrl ?? urlOf(listen.host === '0.0.0.0' ? { ...listen, host: hostname() } : listen);
  return url.replace(/\/+$/, '');
}

/** Jars and configurations that one scheduler took in are served by the next: they lie with the checkpoints. */
function sharedPath(storage: string): string {
  if (/^file:\/\//i.test(storage)) return fileURLToPath(storage);
  throw new Problem(
    'USAGE',
    `--storage ${storage}: with --zk it is file:///DIRECTORY, a directory that all schedulers and agents reach: artifacts are kept there as well`,
  );
}

function storageHere(dataDir: string): string {
  return pathToFileURL(join(dataDir, 'storage')).href;
}

/** Where nobody says another, it stays where the first leader put it: its successors may have been started in other directories. */
async function settleStorage(
  store: Store,
  { storage, dataDir }: SchedulerSettings,
  { settings, clusters }: LoadedRecords,
): Promise<string> {
  const remembered = settings.get('storage');
  const before = typeof remembered === 'string' ? remembered : undefined;
  // What clusters have is where it is: another one is refused (configuration.ts).
  const settled = (clusters.length > 0 ? before : undefined) ?? storage ?? before ?? storageHere(dataDir);
  if (settled !== remembered)
    await store.commit([{ kind: 'put', collection: 'settings', key: 'storage', value: settled }]);
  return settled;
}

/** The address is remembered: agents and JobManagers that were told of it find the scheduler there again. */
async function settleAddress(store: Store, listen: Listen, { settings }: LoadedRecords): Promise<Listen> {
  const remembered = settings.get('port');
  const port = await choosePort(listen, typeof remembered === 'number' ? remembered : undefined);
  if (port !== remembered) await store.commit([{ kind: 'put', collection: 'settings', key: 'port', value: port }]);
  return { ...listen, port };
}
