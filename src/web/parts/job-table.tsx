/** Jobs, each with its way to Flink's own page about it, and the way to end it. */
import { useState } from 'preact/hooks';
import type { JobView } from '../../api/views.ts';
import { CancelJob } from '../acts/cancel-job.tsx';
import { links } from '../routes.ts';
import { jobEnded, sentence } from '../words.ts';
import { Badge, Empty, Moment, Since } from './basics.tsx';
import { FlinkLink } from './flink-link.tsx';

export function JobTable({ jobs, withCluster }: { readonly jobs: readonly JobView[]; readonly withCluster?: boolean }) {
  const [ending, setEnding] = useState<JobView>();
  if (jobs.length === 0) return <Empty>There are no jobs.</Empty>;
  return (
    <>
      <div class="scroll-sideways">
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              {withCluster && <th scope="col">Cluster</th>}
              <th scope="col">State</th>
              <th scope="col">For</th>
              <th scope="col">Submitted</th>
              <th scope="col">Resumed</th>
              <th scope="col">
                <span class="unseen">Acts</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <JobRow
                key={`${job.cluster} ${job.id}`}
                job={job}
                withCluster={withCluster ?? false}
                end={() => setEnding(job)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {ending !== undefined && <CancelJob job={ending} close={() => setEnding(undefined)} />}
    </>
  );
}

function JobRow({
  job,
  withCluster,
  end,
}: {
  readonly job: JobView;
  readonly withCluster: boolean;
  readonly end: () => void;
}) {
  const { id, flinkJobId, cluster, name, state, stateSince, submittedAt, managed, resumed, failure } = job;
  return (
    <tr>
      <td class="main">
        <strong>{name ?? 'Unnamed job'}</strong>
        <code class="under">{id}</code>
        {!managed && <span class="under">sent straight to Flink: not resumed after the loss of its JobManager</span>}
        {failure !== undefined && <span class="under bad-text">{sentence(failure.split('\n', 1)[0] ?? '')}</span>}
      </td>
      {withCluster && (
        <td>
          <a href={links.cluster(cluster)}>{cluster}</a>
        </td>
      )}
      <td>
        <Badge state={state} />
      </td>
      <td>
        <Since at={stateSince} />
      </td>
      <td>
        <Moment at={submittedAt} />
      </td>
      <td>{resumed === 0 ? 'never' : `${resumed} ×`}</td>
      <td class="acts">
        {!jobEnded(state) && <FlinkLink cluster={cluster} flinkJobId={flinkJobId} text="Flink" />}
        {!jobEnded(state) && (
          <button type="button" onClick={end} aria-label={`Cancel job ${name ?? id}`}>
            Cancel
          </button>
        )}
      </td>
    </tr>
  );
}
