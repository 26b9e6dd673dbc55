/** Addresses within the dashboard. They live behind the `#`, so the page works below any path prefix. */
export const clusterTabs = ['tasks', 'jobs', 'checkpoints', 'events', 'configuration'] as const;
export type ClusterTab = (typeof clusterTabs)[number];

/** When, and its number: after a restart of the scheduler another event may bear that number. */
export interface EventId {
  readonly at: string;
  readonly sequence: number;
}

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'cluster'; readonly name: string; readonly tab: ClusterTab }
  | { readonly page: 'job'; readonly cluster: string; readonly id: string }
  | { readonly page: 'tasks' }
  | { readonly page: 'task'; readonly id: string }
  | { readonly page: 'agents' }
  | { readonly page: 'agent'; readonly id: string }
  | { readonly page: 'offers' }
  | { readonly page: 'events'; readonly event?: EventId }
  | { readonly page: 'settings' }
  | { readonly page: 'unknown' };

export function parseRoute(hash: string): Route {
  const [page = '', first, second, third] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  switch (page) {
    case '':
      return { page: 'overview' };
    case 'clusters':
      if (!first) return { page: 'unknown' };
      return second === 'jobs' && third ? { page: 'job', cluster: first, id: third } : clusterRoute(first, second);
    case 'tasks':
      return first ? { page: 'task', id: first } : { page };
    case 'agents':
      return first ? { page: 'agent', id: first } : { page };
    case 'events':
      return eventsRoute(first);
    case 'offers':
    case 'settings':
      return { page };
    default:
      return { page: 'unknown' };
  }
}

function clusterRoute(name: string, tab: string | undefined): Route {
  return { page: 'cluster', name, tab: clusterTabs.find((known) => known === tab) ?? 'tasks' };
}

function eventsRoute(event: string | undefined): Route {
  const [, instant, sequence] = /^(\d{1,15})-(\d{1,15})$/.exec(event ?? '') ?? [];
  if (instant === undefined) return { page: 'events' };
  return { page: 'events', event: { at: new Date(Number(instant)).toISOString(), sequence: Number(sequence) } };
}

const part = encodeURIComponent;

export const links = {
  overview: '#/',
  tasks: '#/tasks',
  agents: '#/agents',
  offers: '#/offers',
  events: '#/events',
  settings: '#/settings',
  cluster: (name: string, tab?: ClusterTab) => `#/clusters/${part(name)}${tab ? `/${tab}` : ''}`,
  job: (cluster: string, id: string) => `#/clusters/${part(cluster)}/jobs/${part(id)}`,
  task: (id: string) => `#/tasks/${part(id)}`,
  agent: (id: string) => `#/agents/${part(id)}`,
  event: ({ at, sequence }: EventId) => `#/events/${Date.parse(at)}-${sequence}`,
  /** Flink's own UI, through the scheduler's address. */
  flink: (cluster: string, flinkJobId?: string) =>
    `v1/clusters/${part(cluster)}/flink/${flinkJobId ? `#/job/running/${part(flinkJobId)}/overview` : ''}`,
};

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
