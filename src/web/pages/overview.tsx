/** At a glance: is all well, what there is, and what waits for what. */
import { useState } from 'preact/hooks';
import type { ClusterView, InfoView, JobView, TaskView } from '../../api/views.ts';
import { CreateCluster } from '../acts/create-cluster.tsx';
import { UtilisationCard } from '../charts/utilisation.tsx';
import { useAllLive, useFacts, useLive } from '../data/session.ts';
import { Badge, Card, Empty, Failure, Meter } from '../parts/basics.tsx';
import { type DataColumn, DataTable } from '../parts/data-table.tsx';
import { EventTable } from '../parts/event-table.tsx';
import { Figures } from '../parts/figures.tsx';
import { FlinkLink } from '../parts/flink-link.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { links } from '../routes.ts';
import { type Trouble, troublesOf } from '../troubles.ts';
import { counted, jobEnded, number } from '../words.ts';

/** Jobs are asked after cluster by cluster: of this many at most, those with jobs first. */
const mostClustersAsked = 20;
const mostTroubles = 8;

export function OverviewPage() {
  const info = useLive<InfoView>('v1/info');
  const clusters = useLive<readonly ClusterView[]>('v1/clusters');
  const tasks = useLive<readonly TaskView[]>('v1/tasks');
  const withJobs = (clusters.value ?? []).filter(({ jobs }) => jobs.all > 0);
  const asked = withJobs.slice(0, mostClustersAsked);
  const jobs = useAllLive<readonly JobView[]>(asked.map(({ name }) => `v1/clusters/${encodeURIComponent(name)}/jobs`))
    .flatMap(({ value }) => value ?? [])
    .toSorted(
      (a, b) => Number(jobEnded(a.state)) - Number(jobEnded(b.state)) || b.submittedAt.localeCompare(a.submittedAt),
    );
  const failure = info.failure ?? clusters.failure ?? tasks.failure;
  if (clusters.value === undefined || info.value === undefined) {
    return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  }
  const situation = { info: info.value, clusters: clusters.value, tasks: tasks.value ?? [], jobs };
  return (
    <>
      <h1 class="unseen">Overview</h1>
      {failure !== undefined && <Failure failure={failure} />}
      <Verdict troubles={troublesOf(situation)} empty={clusters.value.length === 0} />
      <Figures {...situation} />
      <UtilisationCard />
      <Clusters clusters={clusters.value} defaultVersion={info.value.defaultFlinkVersion} />
      <Card title="Jobs">
        <JobTable jobs={jobs} withCluster />
        {withJobs.length > asked.length && (
          <p class="quiet-text">
            Those of {asked.length} of {withJobs.length} clusters with jobs; the others stand on the pages of their
            clusters.
          </p>
        )}
      </Card>
      <LastWarnings />
    </>
  );
}

function Verdict({ troubles, empty }: { readonly troubles: readonly Trouble[]; readonly empty: boolean }) {
  const [worst] = troubles;
  if (worst === undefined) {
    return (
      <section class="verdict good" aria-label="Is all well?">
        <h2>{empty ? 'Ready' : 'All is well'}</h2>
        <p>
          {empty
            ? 'Mesos is connected. There is no cluster yet: create one below.'
            : 'Every cluster has all it asked for.'}
        </p>
      </section>
    );
  }
  const title = { bad: 'Something is wrong', warn: 'Something waits', busy: 'On its way' }[worst.tone];
  return (
    <section class={`verdict ${worst.tone}`} aria-label="Is all well?">
      <h2>{title}</h2>
      <ul>
        {troubles.slice(0, mostTroubles).map(({ tone, text, link }) => (
          <li key={text}>
            <span class={`dot ${tone}`} aria-hidden="true" />
            {link === undefined ? text : <a href={link}>{text}</a>}
          </li>
        ))}
      </ul>
      {troubles.length > mostTroubles && <p class="quiet-text">and {number(troubles.length - mostTroubles)} more</p>}
    </section>
  );
}

function Clusters({
  clusters,
  defaultVersion,
}: {
  readonly clusters: readonly ClusterView[];
  readonly defaultVersion: string;
}) {
  const [creating, setCreating] = useState(false);
  const create = (
    <button type="button" class="primary" onClick={() => setCreating(true)}>
      Create a cluster
    </button>
  );
  return (
    <Card title="Clusters" side={create}>
      {clusters.length === 0 ? (
        <Empty>There is no cluster yet. Create one here, or with “flink-mesos clusters create NAME”.</Empty>
      ) : (
        <DataTable label="Clusters" columns={clusterColumns} items={clusters} keyOf={({ name }) => name} />
      )}
      {creating && <CreateCluster close={() => setCreating(false)} defaultVersion={defaultVersion} />}
    </Card>
  );
}

const clusterColumns: readonly DataColumn<ClusterView>[] = [
  {
    title: 'Cluster',
    kind: 'main',
    cell: ({ name, waitingFor }) => (
      <>
        <a href={links.cluster(name)}>
          <strong>{name}</strong>
        </a>
        {waitingFor !== undefined && <span class="under">waiting for {waitingFor}</span>}
      </>
    ),
  },
  { title: 'State', cell: ({ phase }) => <Badge state={phase} /> },
  {
    title: 'TaskManagers',
    cell: ({ name, taskManagers: { registered, wanted } }) => (
      <>
        {number(registered)} of {number(wanted)}
        <Meter value={registered} of={wanted} label={`TaskManagers of ${name}`} />
      </>
    ),
  },
  {
    title: 'Slots in use',
    cell: ({ name, slots: { total, free } }) => (
      <>
        {number(total - free)} of {number(total)}
        <Meter value={total - free} of={total} label={`Slots in use of ${name}`} tone="busy" />
      </>
    ),
  },
  { title: 'Jobs', cell: ({ jobs }) => `${counted(jobs.running, 'job')} of ${number(jobs.all)} running` },
  {
    title: 'Flink',
    kind: 'acts',
    cell: ({ name, flinkVersion, jobManager }) => (
      <>
        <span>{flinkVersion}</span>
        {jobManager?.url !== undefined && <FlinkLink cluster={name} text="UI" />}
      </>
    ),
  },
];

function LastWarnings() {
  const facts = useFacts();
  const warnings = facts
    .filter(({ level }) => level === 'warn' || level === 'error')
    .slice(-5)
    .toReversed();
  return (
    <Card title="Last warnings" side={<a href={links.events}>All events</a>}>
      <EventTable
        facts={warnings}
        label="Last warnings"
        empty="No warning since the scheduler started, as far as it remembers."
      />
    </Card>
  );
}
