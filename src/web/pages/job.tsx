/** One job: what it does, what was done with it, its savepoints, checkpoints, and why it failed. */
import { useState } from 'preact/hooks';
import type { JobView, SavepointView } from '../../api/views.ts';
import { DeleteSavepoint } from '../acts/delete-savepoint.tsx';
import { JobAct, type JobActName, jobActs } from '../acts/job-acts.tsx';
import { jobPath } from '../acts/job-path.ts';
import type { ExceptionReport } from '../data/checkpoints.ts';
import { useLive } from '../data/session.ts';
import { Badge, Card, Empty, Fact, Failure, Moment, Notice, Since } from '../parts/basics.tsx';
import { Checkpoints } from '../parts/checkpoints.tsx';
import { type DataColumn, DataTable } from '../parts/data-table.tsx';
import { FlinkLink } from '../parts/flink-link.tsx';
import { JobOperation } from '../parts/job-operation.tsx';
import { links } from '../routes.ts';
import { jobEnded, jobName } from '../words.ts';

export function JobPage({ cluster, id }: { readonly cluster: string; readonly id: string }) {
  const { value: job, failure } = useLive<JobView>(jobPath({ cluster, id }));
  if (job === undefined) {
    if (failure === undefined) return <Empty>Loading…</Empty>;
    if (failure.code !== 'NOT_FOUND') return <Failure failure={failure} />;
    return (
      <Notice tone="idle">
        <h1>There is no job {id}</h1>
        <p>
          It is forgotten, or never was. <a href={links.cluster(cluster, 'jobs')}>All jobs of {cluster}</a>
        </p>
      </Notice>
    );
  }
  return (
    <>
      <Head job={job} />
      {failure !== undefined && <Failure failure={failure} />}
      <Savepoints job={job} />
      <Card title="Checkpoints">
        <Checkpoints job={job} />
      </Card>
      <Card title="Failures">
        <Exceptions job={job} />
      </Card>
    </>
  );
}

function Head({ job }: { readonly job: JobView }) {
  const [act, setAct] = useState<JobActName>();
  const { cluster, id, state, failure } = job;
  return (
    <header class="page-head">
      <p class="crumbs">
        <a href={links.cluster(cluster, 'jobs')}>{cluster}</a> / Job
      </p>
      <div class="title">
        <h1>{jobName(job)}</h1>
        <Badge state={state} />
        <span class="spring" />
        {!jobEnded(state) && <FlinkLink cluster={cluster} flinkJobId={job.flinkJobId} text="Flink" />}
        {!jobEnded(state) &&
          jobActs(job).map(({ name, title }) => (
            <button key={name} type="button" class={name === 'cancel' ? 'destroys' : ''} onClick={() => setAct(name)}>
              {title}
            </button>
          ))}
      </div>
      <JobOperation job={job} />
      {failure !== undefined && (
        <Notice tone="bad">
          <pre>{failure}</pre>
        </Notice>
      )}
      <dl class="facts">
        <Fact name="Id">
          <code>{id}</code>
        </Fact>
        <Fact name="In this state for">
          <Since at={job.stateSince} />
        </Fact>
        <Fact name="Submitted">
          <Moment at={job.submittedAt} />
        </Fact>
        {job.parallelism !== undefined && <Fact name="Parallelism">{job.parallelism}</Fact>}
        <Fact name="Resumed">{job.resumed === 0 ? 'never' : `${job.resumed} ×`}</Fact>
        <Fact name="After the loss of a JobManager">
          {job.managed ? 'resumed' : 'not resumed: sent straight to Flink'}
        </Fact>
        {job.lastCheckpoint !== undefined && (
          <Fact name="Would resume from">
            <code>{job.lastCheckpoint}</code>
          </Fact>
        )}
      </dl>
      {act !== undefined && <JobAct name={act} job={job} close={() => setAct(undefined)} />}
    </header>
  );
}

const savepointColumns: readonly DataColumn<SavepointView>[] = [
  { title: 'Savepoint', kind: 'main', cell: ({ path }) => <code>{path}</code> },
  { title: 'Taken', cell: ({ at }) => <Moment at={at} /> },
  {
    title: 'For',
    cell: ({ kind }) =>
      ({ savepoint: 'itself', stop: 'a stop', rescale: 'another parallelism', update: 'an update of the cluster' })[
        kind
      ],
  },
];

function Savepoints({ job }: { readonly job: JobView }) {
  const [leaving, setLeaving] = useState<SavepointView>();
  const acts: DataColumn<SavepointView> = {
    title: 'Acts',
    unseen: true,
    kind: 'acts',
    cell: (savepoint) => (
      <button type="button" onClick={() => setLeaving(savepoint)} aria-label={`Delete savepoint ${savepoint.path}`}>
        Delete
      </button>
    ),
  };
  return (
    <Card title="Savepoints">
      {job.savepoints.length === 0 ? (
        <Empty>None was taken here.</Empty>
      ) : (
        <DataTable
          columns={[...savepointColumns, acts]}
          items={job.savepoints.toReversed()}
          keyOf={({ path }) => path}
        />
      )}
      {leaving !== undefined && <DeleteSavepoint job={job} savepoint={leaving} close={() => setLeaving(undefined)} />}
    </Card>
  );
}

function Exceptions({ job }: { readonly job: JobView }) {
  const { value: report, failure } = useLive<ExceptionReport>(`${jobPath(job)}/exceptions`);
  if (report === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  const { entries = [], truncated = false } = report.exceptionHistory ?? {};
  if (entries.length === 0) return <Empty>None, as far as Flink remembers.</Empty>;
  return (
    <>
      {entries.map(({ exceptionName, stacktrace = '', timestamp, taskName }) => (
        <details key={`${timestamp} ${taskName ?? ''}`} class="failure">
          <summary>
            <Moment at={new Date(timestamp).toISOString()} /> <code>{exceptionName ?? 'Failure'}</code>
            {taskName != null && ` in ${taskName}`}
          </summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
          <pre tabIndex={0}>{stacktrace}</pre>
        </details>
      ))}
      {truncated && <p class="quiet-text">Flink has forgotten the earlier ones.</p>}
    </>
  );
}
