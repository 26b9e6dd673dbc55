/** Jobs, each with its way to Flink's own page about it, and what can be done with it. */
import { useState } from 'preact/hooks';
import type { JobView } from '../../api/views.ts';
import { JobAct, type JobActName, jobActs } from '../acts/job-acts.tsx';
import { links } from '../routes.ts';
import { jobEnded, jobName, sentence } from '../words.ts';
import { Badge, Empty, Moment, Since } from './basics.tsx';
import { type DataColumn, DataTable } from './data-table.tsx';
import { FlinkLink } from './flink-link.tsx';
import { JobOperation } from './job-operation.tsx';

interface JobTableProps {
  readonly jobs: readonly JobView[];
  readonly withCluster?: boolean;
}

export function JobTable({ jobs, withCluster }: JobTableProps) {
  const [act, setAct] = useState<{ readonly name: JobActName; readonly job: JobView }>();
  if (jobs.length === 0) return <Empty>There are no jobs.</Empty>;
  const acts: DataColumn<JobView> = {
    title: 'Acts',
    unseen: true,
    kind: 'acts',
    cell: (job) => !jobEnded(job.state) && <Acts job={job} start={(name) => setAct({ name, job })} />,
  };
  return (
    <>
      <DataTable
        label="Jobs"
        columns={[...(withCluster ? columnsWithCluster : columns), acts]}
        items={jobs}
        keyOf={({ cluster, id }) => `${cluster} ${id}`}
      />
      {act !== undefined && <JobAct {...act} close={() => setAct(undefined)} />}
    </>
  );
}

const columns: readonly DataColumn<JobView>[] = [
  { title: 'Job', kind: 'main', cell: Name },
  { title: 'State', cell: ({ state }) => <Badge state={state} /> },
  { title: 'For', cell: ({ stateSince }) => <Since at={stateSince} /> },
  { title: 'Submitted', cell: ({ submittedAt }) => <Moment at={submittedAt} /> },
  { title: 'Resumed', cell: ({ resumed }) => (resumed === 0 ? 'never' : `${resumed} ×`) },
];

const columnsWithCluster: readonly DataColumn<JobView>[] = [
  ...columns.slice(0, 1),
  { title: 'Cluster', cell: ({ cluster }) => <a href={links.cluster(cluster)}>{cluster}</a> },
  ...columns.slice(1),
];

function Name(job: JobView) {
  const { id, cluster, managed, failure } = job;
  return (
    <>
      <a href={links.job(cluster, id)}>
        <strong>{jobName(job)}</strong>
      </a>
      <code class="under">{id}</code>
      {!managed && <span class="under">sent straight to Flink: not resumed after the loss of its JobManager</span>}
      {failure !== undefined && <span class="under bad-text">{sentence(failure.split('\n', 1)[0] ?? '')}</span>}
      <JobOperation job={job} />
    </>
  );
}

function Acts({ job, start }: { readonly job: JobView; readonly start: (act: JobActName) => void }) {
  const { cluster, flinkJobId } = job;
  return (
    <>
      <FlinkLink cluster={cluster} flinkJobId={flinkJobId} text="Flink" />
      {jobActs(job).map(({ name, title }) => (
        <button key={name} type="button" onClick={() => start(name)} aria-label={`${title} job ${jobName(job)}`}>
          {title}
        </button>
      ))}
    </>
  );
}
