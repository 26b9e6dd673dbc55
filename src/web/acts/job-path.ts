/** Where the API has a job, relative to the page. */
import type { JobView } from '../../api/views.ts';

export function jobPath({ cluster, id }: Pick<JobView, 'cluster' | 'id'>): string {
  return `v1/clusters/${encodeURIComponent(cluster)}/jobs/${encodeURIComponent(id)}`;
}
