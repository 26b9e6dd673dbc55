/** What the JobManager of an application cluster is given besides: its program, and the attempt that it is for. */
import type { Uri } from '../../mesos-api-client/protocol/mesos.ts';
import { applicationEnvironment, applicationJar } from '../driver/names.ts';
import { flinkJobId, flinkJobIds } from '../plan/flink-job-id.ts';
import type { JobRecord } from '../plan/records.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import type { RenderContext } from './render.ts';

/** An attempt that did not get as far as a checkpoint leaves those of the one before it. */
const ATTEMPTS_LOOKED_INTO = 10;

/** Which attempt at the application's job this JobManager is for, and where the ones before it left off. */
export function attemptEnvironment(spec: CompleteClusterSpec, job: JobRecord): Readonly<Record<string, string>> {
  const { jobId, earlierJobs, lastCheckpoint, jar } = applicationEnvironment;
  const earlier = flinkJobIds(job, ATTEMPTS_LOOKED_INTO + 1).slice(1);
  const source = spec.application?.jar;
  return {
    [jobId]: flinkJobId(job),
    ...(earlier.length > 0 && { [earlierJobs]: earlier.join() }),
    ...(earlier.length > 0 && job.lastCheckpoint !== undefined && { [lastCheckpoint]: job.lastCheckpoint }),
    ...(source !== undefined && 'path' in source && { [jar]: source.path }),
  };
}

export function applicationUris(
  context: RenderContext,
  { application }: CompleteClusterSpec,
  job: JobRecord | undefined,
): readonly Uri[] {
  if (application === undefined || 'path' in application.jar) return [];
  const value = 'uri' in application.jar ? application.jar.uri : job?.jar && context.artifactUrl(job.jar);
  if (value === undefined) throw new Error('an application whose uploaded jar is not recorded');
  return [{ value, extract: false, cache: false, output_file: applicationJar }];
}
