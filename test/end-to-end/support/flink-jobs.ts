/** The jobs of a cluster as Flink's own REST knows them, through the scheduler; and jars on their way, as a browser sends them. */
import { openAsBlob } from 'node:fs';
import { exampleClasses } from '../../../examples/build.ts';
import type { JobView } from '../../../src/dispatcher/dispatcher.ts';
import type { Api } from './api.ts';
import { eventually } from './process.ts';

interface Checkpoints {
  readonly counts: { readonly completed: number; readonly restored: number };
}

interface Details {
  readonly state: string;
  readonly vertices: readonly { readonly status: string; readonly parallelism: number }[];
}

interface Accumulators {
  readonly 'user-task-accumulators': readonly { readonly name: string; readonly value: string }[];
}

/** What a StateWitness says of its own life (examples/README.md). */
export interface Testimony {
  /** When its state began: the same for as long as no state is lost. */
  readonly born: number;
  readonly starts: number;
  readonly violations: number;
}

/** Without an id the first job of the cluster is meant: an application has no other. */
export interface FlinkJobs {
  /** Answers the id of the jar. */
  upload(file: string): Promise<string>;
  /** A StateWitness with a checkpoint each second, from the jar of the examples. */
  witness(jar: string, parallelism?: number): Promise<JobView>;
  /** What Flink says of a job's present attempt. */
  flink<T>(id?: string, path?: string): Promise<T>;
  /** All its subtasks run, as the scheduler has seen too: Flink calls a job RUNNING already while it waits for slots. */
  running(id?: string): Promise<void>;
  /** The same, and where it has most subtasks there are so many. */
  runsOn(slots: number, id?: string): Promise<void>;
  /** One checkpoint more than there are, and the scheduler knows of one. */
  checkpointed(id?: string): Promise<void>;
  restores(id?: string): Promise<number>;
  accumulators(id?: string): Promise<Record<string, number>>;
  /** Once it has been started so many times; it speaks with Flink's heartbeats. */
  testimony(starts?: number, id?: string): Promise<Testimony>;
}

export function jobsOf(api: Api, cluster: string): FlinkJobs {
  const view = async (id: string | undefined): Promise<JobView> => {
    if (id !== undefined) return api.get(`/v1/clusters/${cluster}/jobs/${id}`);
    const [first] = await api.jobs(cluster);
    if (first === undefined) throw new Error(`cluster ${cluster} has no job`);
    return first;
  };
  const runs = async (id: string | undefined, suits: (widest: number) => boolean): Promise<void> => {
    await eventually(`job ${id ?? `of ${cluster}`} with all its subtasks running`, async () => {
      const { state, vertices } = await jobs.flink<Details>(id);
      if (state !== 'RUNNING' || vertices.length === 0) return false;
      const widest = Math.max(...vertices.map(({ parallelism }) => parallelism));
      return vertices.every(({ status }) => status === 'RUNNING') && suits(widest);
    });
    await eventually('the scheduler sees it run', async () => (await view(id)).state === 'RUNNING');
  };
  const completed = async (id: string | undefined) =>
    (await jobs.flink<Checkpoints>(id, '/checkpoints')).counts.completed;
  const jobs: FlinkJobs = {
    upload: (file) => uploadJar(api, file, `/v1/clusters/${cluster}/jars`),
    witness: async (jar, parallelism = 2) =>
      api.send('POST', `/v1/clusters/${cluster}/jobs`, {
        jar: await jobs.upload(jar),
        entryClass: exampleClasses.stateWitness,
        parallelism,
        configuration: { 'execution.checkpointing.interval': '1 s' },
      }),
    async flink(id, path = '') {
      const { flinkJobId } = await view(id);
      return api.get(`/v1/clusters/${cluster}/flink/jobs/${flinkJobId}${path}`);
    },
    running: (id) => runs(id, () => true),
    runsOn: (slots, id) => runs(id, (widest) => widest === slots),
    async checkpointed(id) {
      const { count } = await eventually('checkpoints', async () => ({ count: await completed(id) }));
      await eventually('another checkpoint', async () => (await completed(id)) > count);
      await eventually('the scheduler knows of one', async () => (await view(id)).lastCheckpoint?.includes('/chk-'));
    },
    async restores(id) {
      return (await jobs.flink<Checkpoints>(id, '/checkpoints')).counts.restored;
    },
    async accumulators(id) {
      const answer = await jobs.flink<Accumulators>(id, '/accumulators');
      return Object.fromEntries(answer['user-task-accumulators'].map(({ name, value }) => [name, Number(value)]));
    },
    testimony: (starts = 1, id) =>
      eventually(`the testimony of start ${starts}`, async () => {
        const { born = 0, starts: begun = 0, violations = 0 } = await jobs.accumulators(id);
        return begun >= starts && { born, starts: begun, violations };
      }),
  };
  return jobs;
}

/** The same for the command line. */
export const witnessOptions = [
  ...['--entry-class', exampleClasses.stateWitness],
  ...['-D', 'execution.checkpointing.interval=1s'],
];

/** Answers the id of the jar, which all clusters may use unless it is uploaded to one. */
export async function uploadJar({ url }: Api, file: string, path = '/v1/jars'): Promise<string> {
  const form = new FormData();
  form.append('jarfile', await openAsBlob(file), 'examples.jar');
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}
