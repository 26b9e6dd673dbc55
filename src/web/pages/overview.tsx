/** At a glance: is all well, what there is, and what waits for what. */
import { useState } from 'preact/hooks';
import type { ClusterView, InfoView, JobView, TaskView } from '../../api/views.ts';
import { CreateCluster } from '../acts/create-cluster.tsx';
import { UtilisationCard } from '../charts/utilisation.tsx';
import { useAllLive, useFacts, useLive } from '../data/session.ts';
import { Badge, Card, Empty, Failure, Meter } from '../parts/basics.tsx';
import { type DataColumn, DataTable } from '../parts/data-table.tsx';
import { EventTable } from '../parts/event-table.tsx';
import { FlinkLink } from '../parts/flink-link.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { links } from '../routes.ts';
import { type Trouble, troublesOf } from '../troubles.ts';
import { counted, cpus, jobEnded, memory, number } from '../words.ts';

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

interface FiguresProps {
  readonly clusters: readonly ClusterView[];
  readonly tasks: readonly TaskView[];
}

function Figures({ clusters, tasks }: FiguresProps) {
  const total = (of: (cluster: ClusterView) => number) => clusters.reduce((sum, cluster) => sum + of(cluster), 0);
  const running = clusters.filter(({ phase }) => phase === 'running').length;
  const [registered, wanted] = [total((c) => c.taskManagers.registered), total((c) => c.taskManagers.wanted)];
  const [slots, free] = [total((c) => c.slots.total), total((c) => c.slots.free)];
  const jobs = total((c) => c.jobs.running);
  const launched = tasks.filter(({ phase }) => phase === 'launched');
  const waiting = tasks.filter(({ phase }) => phase === 'waiting').length;
  const held = launched.reduce(
    (sum, task) => ({ cpus: sum.cpus + task.resources.cpus, memMiB: sum.memMiB + task.resources.memMiB }),
    { cpus: 0, memMiB: 0 },
  );
  return (
    <section class="figures" aria-label="In figures">
      <Figure title="Clusters running" value={number(running)} of={`of ${number(clusters.length)}`} />
      <Figure title="Jobs running" value={number(jobs)} of={`of ${number(total((c) => c.jobs.all))} known`} />
      <Figure
        title="TaskManagers"
        value={number(registered)}
        of={`of ${number(wanted)} wanted`}
        share={[registered, wanted]}
      />
      <Figure
        title="Slots in use"
        value={number(slots - free)}
        of={`of ${number(slots)}, ${number(free)} free`}
        more={slotsToCome(clusters, tasks)}
        share={[slots - free, slots]}
      />
      <Figure
        title="Mesos tasks"
        value={number(launched.length)}
        of={waiting === 0 ? 'none waits' : `${number(waiting)} waiting`}
        link={links.tasks}
      />
      <Figure title="Held of Mesos" value={cpus(held.cpus)} of={memory(held.memMiB)} />
    </section>
  );
}

/** Those of TaskManagers that wait for an offer, and of such as are launched and have not registered. */
function slotsToCome(clusters: readonly ClusterView[], tasks: readonly TaskView[]): string | undefined {
  const taskManagers = Map.groupBy(
    tasks.filter(({ part, phase }) => part === 'taskmanager' && phase !== 'ended'),
    ({ cluster }) => cluster,
  );
  let [asked, starting] = [0, 0];
  for (const { name, spec, taskManagers: counted } of clusters) {
    const waiting = (taskManagers.get(name) ?? []).filter(({ phase }) => phase === 'waiting').length;
    const launched = (taskManagers.get(name) ?? []).length - waiting;
    asked += waiting * spec.taskManager.slots;
    starting += Math.max(0, launched - counted.registered) * spec.taskManager.slots;
  }
  const words = [asked > 0 && `${number(asked)} asked for`, starting > 0 && `${number(starting)} starting`].filter(
    Boolean,
  );
  return words.length === 0 ? undefined : words.join(', ');
}

interface FigureProps {
  readonly title: string;
  readonly value: string;
  readonly of: string;
  readonly more?: string;
  readonly share?: readonly [number, number];
  readonly link?: string;
}

function Figure({ title, value, of, more, share, link }: FigureProps) {
  return (
    <div class="figure">
      <h3>{link === undefined ? title : <a href={link}>{title}</a>}</h3>
      <p>
        <strong>{value}</strong> <span class="quiet-text">{of}</span>
        {more !== undefined && <span class="under quiet-text">{more}</span>}
      </p>
      {share !== undefined && <Meter value={share[0]} of={share[1]} label={title} />}
    </div>
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
