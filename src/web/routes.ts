/** Addresses within the dashboard. They live behind the `#`, so the page works below any path prefix. */
export const clusterTabs = ['tasks', 'jobs', 'events', 'configuration'] as const;
export type ClusterTab = (typeof clusterTabs)[number];

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'cluster'; readonly name: string; readonly tab: ClusterTab }
  | { readonly page: 'tasks' }
  | { readonly page: 'task'; readonly id: string }
  | { readonly page: 'events'; readonly sequence?: number }
  | { readonly page: 'settings' }
  | { readonly page: 'unknown' };

export function parseRoute(hash: string): Route {
  const [page = '', first, second] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  if (page === '') return { page: 'overview' };
  if (page === 'clusters' && first) return { page: 'cluster', name: first, tab: asTab(second) };
  if (page === 'tasks') return first ? { page: 'task', id: first } : { page: 'tasks' };
  if (page === 'events') return /^\d+$/.test(first ?? '') ? { page, sequence: Number(first) } : { page };
  return page === 'settings' ? { page } : { page: 'unknown' };
}

export const links = {
  overview: '#/',
  tasks: '#/tasks',
  events: '#/events',
  settings: '#/settings',
  cluster: (name: string, tab?: ClusterTab) => `#/clusters/${encodeURIComponent(name)}${tab ? `/${tab}` : ''}`,
  task: (id: string) => `#/tasks/${encodeURIComponent(id)}`,
  event: (sequence: number) => `#/events/${sequence}`,
  /** Flink's own UI, through the scheduler's address. */
  flink: (cluster: string, flinkJobId?: string) =>
    `v1/clusters/${encodeURIComponent(cluster)}/flink/${flinkJobId ? `#/job/running/${encodeURIComponent(flinkJobId)}/overview` : ''}`,
};

function asTab(text: string | undefined): ClusterTab {
  return clusterTabs.find((tab) => tab === text) ?? 'tasks';
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
