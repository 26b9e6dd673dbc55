/** The jobs of a cluster as Flink's own REST knows them, through the scheduler; and jars on their way, as a browser sends them. */
import { openAsBlob } from 'node:fs';
import type { JobView } from '../../../src/dispatcher/dispatcher.ts';
import type { Api } from './api.ts';
import { eventually } from './process.ts';

interface Checkpoints {
  readonly counts: { readonly completed: number; readonly restored: number };
}

export interface FlinkJobs {
  /** Answers the id of the jar. */
  upload(file: string): Promise<string>;
  /** What Flink says of a job's present attempt. */
  flink<T>(id: string, path?: string): Promise<T>;
  /** All its subtasks run: Flink calls a job RUNNING already while it waits for slots. */
  running(id: string): Promise<void>;
  /** One checkpoint more than there are. */
  checkpointed(id: string): Promise<void>;
  restores(id: string): Promise<number>;
}

export function jobsOf(api: Api, cluster: string): FlinkJobs {
  const jobs: FlinkJobs = {
    upload: (file) => uploadJar(api, file, `/v1/clusters/${cluster}/jars`),
    async flink(id, path = '') {
      const { flinkJobId } = await api.get<JobView>(`/v1/clusters/${cluster}/jobs/${id}`);
      return api.get(`/v1/clusters/${cluster}/flink/jobs/${flinkJobId}${path}`);
    },
    async running(id) {
      await eventually(`job ${id} with all its subtasks running`, async () => {
        const { state, vertices } = await jobs.flink<{ state: string; vertices: { status: string }[] }>(id);
        return state === 'RUNNING' && vertices.length > 0 && vertices.every((vertex) => vertex.status === 'RUNNING');
      });
    },
    async checkpointed(id) {
      const completed = async () => (await jobs.flink<Checkpoints>(id, '/checkpoints')).counts.completed;
      const before = await completed();
      await eventually('another checkpoint', async () => (await completed()) > before);
    },
    async restores(id) {
      return (await jobs.flink<Checkpoints>(id, '/checkpoints')).counts.restored;
    },
  };
  return jobs;
}

/** Answers the id of the jar, which all clusters may use unless it is uploaded to one. */
export async function uploadJar({ url }: Api, file: string, path = '/v1/jars'): Promise<string> {
  const form = new FormData();
  form.append('jarfile', await openAsBlob(file), 'examples.jar');
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}
