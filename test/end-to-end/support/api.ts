/** The scheduler's REST API as tests use it: plain fetch, typed by the API's own views. */
import type { ClusterView, FactView, InfoView, JobView, TaskView } from '../../../src/dispatcher/dispatcher.ts';
import { eventually, type Running } from './process.ts';

/** The JobManager of a cluster once it has answered the scheduler: only then will a successor ask for its place. */
export function provenJobManager(api: Api, cluster: string): Promise<TaskView> {
  return eventually(`a JobManager of ${cluster} that answers`, async () => {
    const [task] = await api.running(cluster, 'jobmanager');
    return (await api.cluster(cluster)).phase === 'running' && task;
  });
}

export interface Api {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** PUT, answered with 202: it is carried out from then on. */
  change<T>(path: string, body: unknown): Promise<T>;
  info(): Promise<InfoView>;
  /** Once it knows of every task what became of it. */
  reconciled(): Promise<InfoView>;
  cluster(name: string): Promise<ClusterView>;
  tasks(cluster: string): Promise<TaskView[]>;
  /** The tasks of a cluster that Mesos runs at present. */
  running(cluster: string, part?: string): Promise<TaskView[]>;
  /** Those that are launched and have not ended. */
  present(cluster: string, part?: string): Promise<TaskView[]>;
  /** All that ever were launched and are remembered. */
  launched(cluster: string, part?: string): Promise<TaskView[]>;
  jobs(cluster: string): Promise<JobView[]>;
  events(): Promise<FactView[]>;
  clusterRunning(name: string, taskManagers: number): Promise<ClusterView>;
  /** All its processes are of that revision. */
  clusterFollowed(name: string, revision: number): Promise<ClusterView>;
  /** Of an application: its processes are gone, too. */
  clusterEnded(name: string): Promise<ClusterView>;
  clusterGone(name: string): Promise<void>;
  jobInState(cluster: string, id: string, state: string): Promise<JobView>;
}

/** Once a scheduler says where it serves it: as the one that leads, where there are several. */
export async function apiOf(scheduler: Running): Promise<Api> {
  return apiAt((await scheduler.said(/API at (https?:\/\/[^\s,]+)/))[1] ?? '');
}

/** In an order of their own, to be compared. */
export function idsOf(tasks: readonly TaskView[]): string[] {
  return tasks.map(({ id }) => id).sort();
}

export function apiAt(url: string): Api {
  const call = async <T>(method: string, path: string, body?: unknown, status?: number): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok || answer.status !== (status ?? answer.status))
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const tasksOf = async (cluster: string, part: string | undefined, suits: (task: TaskView) => boolean) =>
    (await api.tasks(cluster)).filter((task) => (part === undefined || task.part === part) && suits(task));
  const clusterOnce = (what: string, name: string, suits: (cluster: ClusterView) => boolean) =>
    eventually(`cluster ${name} ${what}`, async () => {
      const cluster = await api.cluster(name);
      return suits(cluster) && cluster;
    });
  const api: Api = {
    url,
    get: (path) => call('GET', path),
    send: (method, path, body) => call(method, path, body),
    change: (path, body) => call('PUT', path, body, 202),
    info: () => call('GET', '/v1/info'),
    reconciled: () =>
      eventually('reconciled', async () => {
        const info = await api.info();
        return info.reconciled && info;
      }),
    cluster: (name) => call('GET', `/v1/clusters/${name}`),
    tasks: (cluster) => call('GET', `/v1/clusters/${cluster}/tasks`),
    running: (cluster, part) => tasksOf(cluster, part, ({ state }) => state === 'TASK_RUNNING'),
    present: (cluster, part) => tasksOf(cluster, part, ({ phase }) => phase === 'launched'),
    launched: (cluster, part) => tasksOf(cluster, part, ({ launchedAt }) => launchedAt !== undefined),
    jobs: (cluster) => call('GET', `/v1/clusters/${cluster}/jobs`),
    events: () => call('GET', '/v1/events?limit=1000'),
    clusterRunning: (name, count) =>
      clusterOnce(
        `with ${count} TaskManagers`,
        name,
        ({ phase, taskManagers }) => phase === 'running' && taskManagers.registered === count,
      ),
    clusterFollowed: (name, revision) =>
      clusterOnce(
        `in revision ${revision}`,
        name,
        (view) => view.revision === revision && view.update === undefined && view.phase === 'running',
      ),
    clusterEnded: (name) =>
      clusterOnce('at its end', name, ({ phase, waitingFor }) => phase === 'ended' && waitingFor === undefined),
    clusterGone: async (name) => {
      await eventually(`cluster ${name} gone`, async () =>
        (await api.get<ClusterView[]>('/v1/clusters')).every((cluster) => cluster.name !== name),
      );
    },
    jobInState: (cluster, id, state) =>
      eventually(`job ${id} ${state}`, async () => {
        const job = (await api.jobs(cluster)).find((candidate) => candidate.id === id);
        return job?.state === state && job;
      }),
  };
  return api;
}
