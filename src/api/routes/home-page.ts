/** One plain page of HTML without a script: clusters, their jobs, and where to look further. */
import { createHash } from 'node:crypto';
import _ from 'lodash';
import type { ClusterView, InfoView, JobView } from '../views.ts';

export interface HomePageContent {
  readonly info: InfoView;
  readonly clusters: readonly { readonly cluster: ClusterView; readonly jobs: readonly JobView[] }[];
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #222; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .75rem .25rem 0; }
th { font-weight: 600; border-bottom: 1px solid #ccc; } code { font-size: .9em; } .quiet { color: #666; }
`;

/** Only this style is applied, and nothing is loaded or run. */
export const homePagePolicy =
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function renderHomePage({ info, clusters }: HomePageContent): string {
  const sections = clusters.map(({ cluster, jobs }) => renderCluster(cluster, jobs)).join('\n');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>flink-mesos</title><meta http-equiv="refresh" content="5"><style>${style}</style></head>
<body>
<h1>flink-mesos ${_.escape(info.version)}</h1>
<p>Mesos: ${_.escape(info.mesos.state)}${info.frameworkId === undefined ? '' : `, framework <code>${_.escape(info.frameworkId)}</code>`}.
${info.tasksWaiting} tasks wait for offers.
<a href="docs/">API</a> · <a href="openapi.json">OpenAPI</a> · <a href="v1/events">events</a> · <a href="metrics">metrics</a></p>
${sections === '' ? '<p class="quiet">There is no cluster yet. Create one: <code>flink-mesos clusters create</code></p>' : sections}
</body>
</html>
`;
}

function renderCluster(cluster: ClusterView, jobs: readonly JobView[]): string {
  const path = `v1/clusters/${encodeURIComponent(cluster.name)}`;
  const { taskManagers, slots } = cluster;
  return `<h2>${_.escape(cluster.name)} <span class="quiet">Flink ${_.escape(cluster.flinkVersion)}, ${_.escape(cluster.phase)}</span></h2>
<p>${taskManagers.registered} of ${taskManagers.wanted} TaskManagers, ${slots.free} of ${slots.total} slots free.
${cluster.waitingFor === undefined ? '' : `Waiting for ${_.escape(cluster.waitingFor)}.`}
<a href="${path}/flink/">Flink UI</a> · <a href="${path}/tasks">tasks</a> · <a href="${path}">all of it</a></p>
${jobs.length === 0 ? '<p class="quiet">No jobs.</p>' : renderJobs(jobs)}`;
}

function renderJobs(jobs: readonly JobView[]): string {
  const rows = jobs.map((job) => {
    const cells = [job.name ?? '', job.state, job.stateSince, String(job.resumed)].map(_.escape);
    return `<tr><td><code>${_.escape(job.id)}</code></td>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<table><tr><th>Job</th><th>Name</th><th>State</th><th>Since</th><th>Resumed</th></tr>
${rows.join('\n')}
</table>`;
}
