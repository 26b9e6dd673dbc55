/** What the JobManager of an application cluster is given besides: its program, and the attempt that it is for. */
import type { Uri } from '../../mesos-api-client/protocol/mesos.ts';
import { applicationEnvironment, applicationJar, argumentsPath, entryClassPath, programPath } from '../driver/names.ts';
import { earlierAttempts, flinkJobId } from '../plan/flink-job-id.ts';
import type { JobRecord } from '../plan/records.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import type { RenderContext } from './render.ts';
import { checkpointRoot } from './storage.ts';
import type { PackedFile } from './tar.ts';

/** Which attempt at the application's job this JobManager is for, and where the ones before it left off. */
export function attemptEnvironment(
  spec: CompleteClusterSpec,
  job: JobRecord,
  storage: string,
): Readonly<Record<string, string>> {
  const { jobId, earlierJobs, lastCheckpoint, checkpoints, jar } = applicationEnvironment;
  const earlier = earlierAttempts(job);
  const source = spec.application?.jar;
  const from = (job.resumed > 0 ? job.lastCheckpoint : undefined) ?? firstPlace(spec);
  return {
    [jobId]: flinkJobId(job),
    ...(earlier.length > 0 && { [earlierJobs]: earlier.join() }),
    ...(from !== undefined && { [lastCheckpoint]: from }),
    ...(spec.taskManagers.mode === 'fixed' && { [checkpoints]: checkpointRoot(spec, storage) }),
    ...(source !== undefined && 'path' in source && { [jar]: source.path }),
  };
}

/** Flink's own entry point takes it from the command line alone; the driver finds it in the configuration. */
function firstPlace({ taskManagers, application }: CompleteClusterSpec): string | undefined {
  return taskManagers.mode === 'fixed' ? application?.savepointPath : undefined;
}

/** Arguments may hold anything, and stand on no command line: the driver reads them as JSON, java as a file of arguments. */
export function programFiles({ application, taskManagers }: CompleteClusterSpec): readonly PackedFile[] {
  if (application === undefined) return [];
  const { entryClass, args = [], allowNonRestoredState = false } = application;
  if (taskManagers.mode === 'elastic') {
    return [{ path: programPath, content: `${JSON.stringify({ entryClass, args })}\n` }];
  }
  const options = [
    ...(entryClass === undefined ? [] : ['--job-classname', entryClass]),
    ...(allowNonRestoredState ? ['--allowNonRestoredState'] : []),
  ];
  return [
    { path: argumentsPath, content: argumentFile([...options, '--', ...args]) },
    ...(entryClass === undefined ? [] : [{ path: entryClassPath, content: argumentFile([entryClass]) }]),
  ];
}

/** As the java command has it: quoted, so that nothing but quotes, backslashes and ends of lines means anything. */
function argumentFile(words: readonly string[]): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\f': '\\f' };
  const quoted = (word: string) =>
    `"${word.replace(/[\\"]/g, '\\$&').replace(/[\n\r\f]/g, (end) => escapes[end] ?? end)}"`;
  return words.map((word) => `${quoted(word)}\n`).join('');
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
