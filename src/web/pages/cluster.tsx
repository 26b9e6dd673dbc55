/** One cluster: how it stands, and its tasks, jobs, events and configuration behind tabs. */
import { useMemo, useState } from 'preact/hooks';
import type { ClusterView, JobView, TaskView } from '../../api/views.ts';
import { DeleteCluster } from '../acts/delete-cluster.tsx';
import { ScaleCluster } from '../acts/scale-cluster.tsx';
import { useFacts, useLive } from '../data/session.ts';
import { clusterOf } from '../data/touched.ts';
import { AgentPicture } from '../parts/agent-picture.tsx';
import { Badge, Card, Empty, Fact, Failure, Moment, Notice, Tabs } from '../parts/basics.tsx';
import { Checkpoints } from '../parts/checkpoints.tsx';
import { EventTable } from '../parts/event-table.tsx';
import { FlinkLink } from '../parts/flink-link.tsx';
import { Jars } from '../parts/jars.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { TaskTable } from '../parts/task-table.tsx';
import { type ClusterTab, clusterTabs, links } from '../routes.ts';
import { counted, jobEnded, jobName, number, sentence } from '../words.ts';
import { ConfigurationTab } from './configuration.tsx';

const titles: Readonly<Record<ClusterTab, string>> = {
  tasks: 'Tasks',
  jobs: 'Jobs and jars',
  checkpoints: 'Checkpoints',
  events: 'Events',
  configuration: 'Configuration',
};

export function ClusterPage({ name, tab }: { readonly name: string; readonly tab: ClusterTab }) {
  const path = `v1/clusters/${encodeURIComponent(name)}`;
  const { value: cluster, failure } = useLive<ClusterView>(path);
  if (cluster === undefined) return <Absent name={name} failure={failure} />;
  return (
    <>
      <Head cluster={cluster} />
      {failure !== undefined && <Failure failure={failure} />}
      <Tabs
        label={`Cluster ${name}`}
        chosen={tab}
        tabs={clusterTabs.map((id) => ({ id, title: titles[id], href: links.cluster(name, id) }))}
      />
      {tab === 'tasks' && <TasksTab path={path} />}
      {tab === 'jobs' && <JobsTab name={name} path={path} />}
      {tab === 'checkpoints' && <CheckpointsTab path={path} />}
      {tab === 'events' && <EventsTab name={name} />}
      {tab === 'configuration' && <ConfigurationTab spec={cluster.spec} />}
    </>
  );
}

function Absent({ name, failure }: { readonly name: string; readonly failure: ReturnType<typeof useLive>['failure'] }) {
  if (failure === undefined) return <Empty>Loading…</Empty>;
  if (failure.code !== 'NOT_FOUND') return <Failure failure={failure} />;
  return (
    <Notice tone="idle">
      <h1>There is no cluster {name}</h1>
      <p>
        It was deleted, or never was. <a href={links.overview}>All clusters</a>
      </p>
    </Notice>
  );
}

function Head({ cluster }: { readonly cluster: ClusterView }) {
  const [deleting, setDeleting] = useState(false);
  const [scaling, setScaling] = useState(false);
  const { name, phase, flinkVersion, createdAt, taskManagers, slots, jobs, waitingFor, jobManager } = cluster;
  return (
    <header class="page-head">
      <div class="title">
        <h1>{name}</h1>
        <Badge state={phase} />
        <span class="spring" />
        {jobManager?.url !== undefined && <FlinkLink cluster={name} text="Flink UI" />}
        {cluster.spec.taskManagers.mode === 'fixed' && (
          <button type="button" disabled={phase === 'deleting'} onClick={() => setScaling(true)}>
            Scale
          </button>
        )}
        <button type="button" class="destroys" disabled={phase === 'deleting'} onClick={() => setDeleting(true)}>
          Delete
        </button>
      </div>
      {waitingFor !== undefined && (
        <Notice tone={phase === 'recovering' ? 'bad' : 'warn'}>{sentence(`waiting for ${waitingFor}`)}</Notice>
      )}
      {cluster.update !== undefined && <UpdateNotice update={cluster.update} />}
      <dl class="facts">
        <Fact name="TaskManagers">
          {number(taskManagers.registered)} of {number(taskManagers.wanted)}
        </Fact>
        <Fact name="Slots free">
          {number(slots.free)} of {number(slots.total)}
        </Fact>
        <Fact name="Jobs running">
          {number(jobs.running)} of {number(jobs.all)}
        </Fact>
        <Fact name="JobManager">
          {jobManager === undefined ? (
            'none'
          ) : (
            <a href={links.task(jobManager.taskId)}>
              <Badge state={jobManager.state} />
            </a>
          )}
        </Fact>
        <Fact name="Flink">{flinkVersion}</Fact>
        <Fact name="Revision">{number(cluster.revision)}</Fact>
        <Fact name="Created">
          <Moment at={createdAt} />
        </Fact>
      </dl>
      {scaling && <ScaleCluster cluster={cluster} close={() => setScaling(false)} />}
      {deleting && <DeleteCluster cluster={cluster} close={() => setDeleting(false)} />}
    </header>
  );
}

function UpdateNotice({ update }: { readonly update: NonNullable<ClusterView['update']> }) {
  const { outdated, jobs, held, failure } = update;
  const stopped = held || failure !== undefined;
  const left = `${counted(outdated, 'process', 'processes')} to be replaced for its new specification; jobs go on from a ${jobs}`;
  const why = failure ?? (held ? 'held up by an operator' : undefined);
  return <Notice tone={stopped ? 'bad' : 'warn'}>{why === undefined ? left : `${left}. ${sentence(why)}`}</Notice>;
}

function TasksTab({ path }: { readonly path: string }) {
  const { value: tasks, failure } = useLive<readonly TaskView[]>(`${path}/tasks`);
  if (tasks === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  return (
    <>
      {failure !== undefined && <Failure failure={failure} />}
      <Card title="Agents" side={<Legend />}>
        <AgentPicture tasks={tasks} />
      </Card>
      <Card title="Tasks">
        <TaskTable tasks={tasks} />
      </Card>
    </>
  );
}

function Legend() {
  return (
    <span class="legend quiet-text" aria-hidden="true">
      <span class="square good jobmanager" /> JobManager <span class="square good" /> running{' '}
      <span class="square busy" /> starting <span class="square bad" /> lost
    </span>
  );
}

function JobsTab({ name, path }: { readonly name: string; readonly path: string }) {
  const { value: jobs, failure } = useLive<readonly JobView[]>(`${path}/jobs`);
  return (
    <>
      {failure !== undefined && <Failure failure={failure} />}
      <Card title="Jobs">{jobs === undefined ? <Empty>Loading…</Empty> : <JobTable jobs={jobs.toReversed()} />}</Card>
      <Jars cluster={name} />
    </>
  );
}

/** Flink forgets the checkpoints of jobs that have ended; those that run come first. */
const mostJobsAsked = 20;

function CheckpointsTab({ path }: { readonly path: string }) {
  const { value: jobs, failure } = useLive<readonly JobView[]>(`${path}/jobs`);
  if (jobs === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  const running = jobs.filter(({ state }) => !jobEnded(state)).toReversed();
  if (running.length === 0) return <Empty>No job runs, so none takes checkpoints.</Empty>;
  return (
    <>
      {running.slice(0, mostJobsAsked).map((job) => (
        <Card key={job.id} title={jobName(job)} side={<a href={links.job(job.cluster, job.id)}>The job</a>}>
          <Checkpoints job={job} />
        </Card>
      ))}
      {running.length > mostJobsAsked && (
        <p class="quiet-text">
          Of {number(running.length)} jobs the last {mostJobsAsked}; those of the others stand on their own pages.
        </p>
      )}
    </>
  );
}

function EventsTab({ name }: { readonly name: string }) {
  const facts = useFacts();
  const ours = useMemo(
    () => facts.filter((fact) => clusterOf(fact) === name && fact.level !== 'debug').toReversed(),
    [facts, name],
  );
  return (
    <Card title="Events">
      <EventTable facts={ours} label="Events of the cluster" empty="Nothing is remembered of this cluster." />
    </Card>
  );
}
