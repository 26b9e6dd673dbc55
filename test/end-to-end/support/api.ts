/** The scheduler's REST API as tests use it: plain fetch, typed by the API's own views. */
import type { ClusterView, FactView, InfoView, JobView, TaskView } from '../../../src/dispatcher/dispatcher.ts';
import { eventually } from './process.ts';

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
  info(): Promise<InfoView>;
  cluster(name: string): Promise<ClusterView>;
  tasks(cluster: string): Promise<TaskView[]>;
  /** The tasks of a cluster that Mesos runs at present. */
  running(cluster: string, part?: string): Promise<TaskView[]>;
  jobs(cluster: string): Promise<JobView[]>;
  events(): Promise<FactView[]>;
  clusterRunning(name: string, taskManagers: number): Promise<ClusterView>;
  jobInState(cluster: string, id: string, state: string): Promise<JobView>;
}

export function apiAt(url: string): Api {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const api: Api = {
    url,
    get: (path) => call('GET', path),
    send: (method, path, body) => call(method, path, body),
    info: () => call('GET', '/v1/info'),
    cluster: (name) => call('GET', `/v1/clusters/${name}`),
    tasks: (cluster) => call('GET', `/v1/clusters/${cluster}/tasks`),
    running: async (cluster, part) =>
      (await api.tasks(cluster)).filter(
        (task) => task.state === 'TASK_RUNNING' && (part === undefined || task.part === part),
      ),
    jobs: (cluster) => call('GET', `/v1/clusters/${cluster}/jobs`),
    events: () => call('GET', '/v1/events?limit=1000'),
    clusterRunning: (name, taskManagers) =>
      eventually(`cluster ${name} with ${taskManagers} TaskManagers`, async () => {
        const cluster = await api.cluster(name);
        return cluster.phase === 'running' && cluster.taskManagers.registered === taskManagers && cluster;
      }),
    jobInState: (cluster, id, state) =>
      eventually(`job ${id} ${state}`, async () => {
        const job = (await api.jobs(cluster)).find((candidate) => candidate.id === id);
        return job?.state === state && job;
      }),
  };
  return api;
}
