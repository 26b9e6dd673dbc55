/** `--mesos-master` as given: a list of masters, or the ZooKeeper that names the leading one, or a file that holds either. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import { Problem } from '../lib/problem.ts';
import { detectMasters } from '../mesos-api-client/detect-masters.ts';
import { parseMasters } from '../mesos-api-client/protocol/addresses.ts';
import type { MasterSource } from '../runtime/masters.ts';
import type { MasterAddress } from '../scheduler/model/master.ts';
import { isZooKeeperAddress, parseZooKeeperAddress, type ZooKeeperAddress } from '../zookeeper/address.ts';
import { openReader } from '../zookeeper/reader.ts';
import { isLocal } from './settings.ts';

export type MesosMasters =
  | { readonly kind: 'list'; readonly masters: readonly MasterAddress[] }
  | { readonly kind: 'zookeeper'; readonly address: ZooKeeperAddress };

const option = '--mesos-master';

/**
 * As Mesos' own processes take it: a password belongs into a file, not among the arguments of a process. Where none is
 * given, the masters are those that the scheduler's own ZooKeeper names, in the usual place.
 */
export async function readMesosMasters(given: string | undefined, own?: ZooKeeperAddress): Promise<MesosMasters> {
  if (given === undefined) {
    if (own !== undefined) return { kind: 'zookeeper', address: { ...own, path: '/mesos' } };
    throw new Problem('USAGE', 'no Mesos master: give --mesos-master HOST:PORT,… or zk://…, or --zk zk://HOSTS/PATH');
  }
  const text = await readOption(given, option);
  return isZooKeeperAddress(text)
    ? { kind: 'zookeeper', address: parseZooKeeperAddress(text, option) }
    : { kind: 'list', masters: parseMasters(text) as MasterAddress[] };
}

/** `--zk`: where schedulers elect their leader and keep their state. */
export async function readOwnZooKeeper(given: string): Promise<ZooKeeperAddress> {
  const text = await readOption(given, '--zk');
  return parseZooKeeperAddress(isZooKeeperAddress(text) ? text : `zk://${text}`, '--zk');
}

/** Where the masters are, without any password. */
export function shownMasters(masters: MesosMasters): string {
  return masters.kind === 'list' ? masters.masters.join(',') : shownZooKeeper(masters.address);
}

/**
 * Says which of them are not on this machine, as far as names tell. Where those are that a ZooKeeper names, nobody knows yet:
 * one of this machine may well name masters of this machine, which is seen when it names one.
 */
export function mastersElsewhere(masters: MesosMasters): string | undefined {
  if (masters.kind === 'zookeeper') {
    if (masters.address.hosts.every(isLocal)) return undefined;
    return `the Mesos masters that ${shownMasters(masters)} names may be on other machines`;
  }
  const elsewhere = masters.masters.find((master) => !isLocal(master));
  return elsewhere === undefined ? undefined : `the Mesos master ${elsewhere} is not on this machine`;
}

/** Whether a master that was found may be used. */
export interface MasterJudge {
  mayUse(master: string): boolean;
  refuse(master: string): void;
}

export function masterSource(
  masters: MesosMasters,
  logger: FastifyBaseLogger,
  judge: MasterJudge,
): readonly MasterAddress[] | MasterSource {
  if (masters.kind === 'list') return masters.masters;
  const { address } = masters;
  return {
    follow: (report) => {
      const reader = openReader({ ...address, sessionTimeoutMs: SESSION_TIMEOUT_MS });
      const detector = detectMasters({
        reader,
        path: address.path,
        report: (found) => {
          const shown = shownZooKeeper(address);
          if (found.why === undefined) logger.info(`${shown} names the leading master: ${found.masters.join(', ')}`);
          else logger.warn(`${shown} names no leading master: ${found.why}`);
          const unfit = found.masters.find((master) => !judge.mayUse(master));
          if (unfit === undefined) report(found.masters as readonly MasterAddress[], found.why);
          else judge.refuse(unfit);
        },
      });
      return async () => {
        detector.close();
        await reader.close();
      };
    },
  };
}

/** That of the masters themselves. */
const SESSION_TIMEOUT_MS = 10_000;

function shownZooKeeper({ hosts, path }: ZooKeeperAddress): string {
  return `zk://${hosts.join(',')}${path}`;
}

async function readOption(given: string, option: string): Promise<string> {
  if (!/^file:\/\//i.test(given)) return given;
  try {
    return (await readFile(fileURLToPath(given), 'utf8')).trim();
  } catch (error) {
    throw new Problem('USAGE', `${option} ${given}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
