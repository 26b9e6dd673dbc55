/** Checkpoints on this machine's disk are lost to agents elsewhere: where masters may be, unless storage is named. */
import { Problem } from '../lib/problem.ts';
import { type MesosMasters, mastersElsewhere } from './mesos-masters.ts';
import { isLocal, type SchedulerSettings } from './settings.ts';

export function refuseUnreachableStorage({ storage }: SchedulerSettings, masters: MesosMasters): void {
  const elsewhere = mastersElsewhere(masters);
  if (storage !== undefined || elsewhere === undefined) return;
  throw unreachableStorage(elsewhere);
}

/** Named by a ZooKeeper of this machine a master may be elsewhere: so are its agents. */
export function mastersWithStorage({ storage }: SchedulerSettings, found: (problem: Problem) => void) {
  return {
    mayUse: (master: string) => storage !== undefined || isLocal(master),
    refuse: (master: string) => found(unreachableStorage(`the Mesos master ${master} is not on this machine`)),
  };
}

function unreachableStorage(elsewhere: string): Problem {
  return new Problem(
    'USAGE',
    `${elsewhere}: give --storage URI, a place that all agents reach (for example file:///shared/flink or s3://bucket/flink), for checkpoints and savepoints`,
  );
}
