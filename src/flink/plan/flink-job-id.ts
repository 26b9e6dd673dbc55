/**
 * Under which id Flink runs a job. Each resumption has one of its own: TaskManagers that outlive their JobManager hold the
 * class loader of the job's last attempt for a while, and refuse a job of the same id whose jar was uploaded anew (Flink:
 * BlobLibraryCacheManager, "a different set of library BLOBs"). The id that users know stays that of the first attempt.
 */
import type { JobId, JobRecord } from './records.ts';

type Attempts = Pick<JobRecord, 'id' | 'resumed'>;

const COUNTED_DIGITS = 4;
const IDS = 16 ** COUNTED_DIGITS;

/** That of the present attempt. */
export function flinkJobId({ id, resumed }: Attempts): JobId {
  if (resumed === 0) return id;
  const counted = (lastDigits(id) + resumed) % IDS;
  return (firstDigits(id) + counted.toString(16).padStart(COUNTED_DIGITS, '0')) as JobId;
}

/** Those of the attempts so far, newest first, at most so many. */
export function flinkJobIds({ id, resumed }: Attempts, atMost: number): readonly JobId[] {
  const count = Math.min(resumed + 1, atMost);
  return Array.from({ length: count }, (_, back) => flinkJobId({ id, resumed: resumed - back }));
}

/** An attempt that did not get as far as a checkpoint leaves those of the one before it. */
const ATTEMPTS_LOOKED_INTO = 10;

/** Those of the attempts before this one that may have left what it goes on from, newest first: what stands before a savepoint is older. */
export function earlierAttempts(job: Attempts & Pick<JobRecord, 'savedBefore'>): readonly JobId[] {
  const { resumed, savedBefore = 0 } = job;
  return flinkJobIds(job, Math.min(ATTEMPTS_LOOKED_INTO, resumed - savedBefore) + 1).slice(1);
}

/** Whether Flink runs, or ran, the job under this id. */
export function isAttemptOf({ id, resumed }: Attempts, flinkId: string): boolean {
  const attempt = (lastDigits(flinkId) - lastDigits(id) + IDS) % IDS;
  return firstDigits(flinkId) === firstDigits(id) && attempt <= resumed;
}

function firstDigits(id: string): string {
  return id.slice(0, -COUNTED_DIGITS);
}

function lastDigits(id: string): number {
  return Number.parseInt(id.slice(-COUNTED_DIGITS), 16);
}
