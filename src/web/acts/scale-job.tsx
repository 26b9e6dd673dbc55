/** Run a job with another parallelism. */
import { useState } from 'preact/hooks';
import type { ClusterView, JobView } from '../../api/views.ts';
import { ask, RequestFailed } from '../data/api-client.ts';
import { useLive, useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/form.tsx';
import { say } from '../parts/toasts.tsx';
import { counted, jobName } from '../words.ts';
import { jobPath } from './job-path.ts';
import { figure } from './read-form.ts';

export function ScaleJob({ job, close }: { readonly job: JobView; readonly close: () => void }) {
  const { views } = useSession();
  const { value: cluster } = useLive<ClusterView>(`v1/clusters/${encodeURIComponent(job.cluster)}`);
  const [wish, setWish] = useState(String(job.parallelism ?? ''));
  const run = async () => {
    const parallelism = figure('Parallelism', wish);
    if (parallelism === undefined) throw new RequestFailed('FORM', 'Parallelism is missing', 'say how many');
    await ask(`${jobPath(job)}/parallelism`, 'PUT', { parallelism });
    say(`Job ${jobName(job)} is being changed to parallelism ${parallelism}.`);
    views.refresh();
  };
  return (
    <ActDialog title="Scale this job" act="Change the parallelism" destroys run={run} close={close}>
      <TextField label="Parallelism" inputMode="numeric" value={wish} change={setWish} required />
      <p>
        <strong>{jobName(job)}</strong> is interrupted for some seconds: it goes on from a savepoint, or in place where
        the cluster's scheduler is adaptive.
      </p>
      {cluster !== undefined && <Room cluster={cluster} />}
    </ActDialog>
  );
}

function Room({ cluster: { slots, spec } }: { readonly cluster: ClusterView }) {
  const elastic = spec.taskManagers.mode === 'elastic' ? ' TaskManagers come and go with what it needs.' : '';
  return (
    <p class="quiet-text">
      The cluster has {counted(slots.total, 'slot')}, {slots.free} of them free.{elastic}
    </p>
  );
}
