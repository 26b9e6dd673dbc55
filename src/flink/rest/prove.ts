/**
 * Whether what answers at an address is the JobManager of a task: ports are given out again, and another framework's
 * JobManager speaks the same REST. Ours are told their task's id (see render/commands.ts) and say so in their configuration.
 */
import { Problem } from '../../lib/problem.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FlinkHttp } from './flink-http.ts';
import { believe, ConfigurationAnswer } from './wire.ts';

const OPTION = 'jobmanager.resource-id';
const PATH = '/jobmanager/config';
const WITHIN_MS = 5000;

export async function prove(
  http: FlinkHttp,
  url: string,
  jobManager: TaskId,
  signal: AbortSignal | undefined,
): Promise<void> {
  const question = { method: 'GET', path: PATH, withinMs: WITHIN_MS, ...(signal && { signal }) } as const;
  const answer = await http.ask(url, question).catch((error: unknown) => noFlink(url, jobManager, error));
  const id = believe(ConfigurationAnswer, answer, PATH).find(({ key }) => key === OPTION)?.value;
  if (id === jobManager) return;
  const who = id === undefined ? 'a Flink without a resource id' : `JobManager ${id}`;
  throw new Problem('UNREACHABLE', `${who} answers at ${url}, where ${jobManager} should`);
}

/** Who knows no such question is none of ours: no refusal of what is to be asked next. */
function noFlink(url: string, jobManager: TaskId, error: unknown): never {
  if (!(error instanceof Problem) || error.code !== 'FLINK_REFUSED') throw error;
  throw new Problem('UNREACHABLE', `something that is no JobManager answers at ${url}, where ${jobManager} should`, {
    cause: error,
  });
}
