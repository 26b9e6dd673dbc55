/** Cancel a job, after asking. */
import type { JobView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { say } from '../parts/toasts.tsx';

export function CancelJob({ job, close }: { readonly job: JobView; readonly close: () => void }) {
  const { views } = useSession();
  const name = job.name ?? job.id;
  const run = async () => {
    await ask(`v1/clusters/${encodeURIComponent(job.cluster)}/jobs/${encodeURIComponent(job.id)}`, 'DELETE');
    say(`Job ${name} is being cancelled.`);
    views.refresh();
  };
  return (
    <ActDialog title="Cancel this job?" act="Cancel the job" destroys run={run} close={close}>
      <p>
        <strong>{name}</strong> of cluster <strong>{job.cluster}</strong> stops at once, without a savepoint. It is not
        started again by itself.
      </p>
    </ActDialog>
  );
}
