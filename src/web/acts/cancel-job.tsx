/** Cancel a job, after asking. */
import type { JobView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { say } from '../parts/toasts.tsx';
import { jobName } from '../words.ts';
import { jobPath } from './job-path.ts';

export function CancelJob({ job, close }: { readonly job: JobView; readonly close: () => void }) {
  const { views } = useSession();
  const run = async () => {
    await ask(jobPath(job), 'DELETE');
    say(`Job ${jobName(job)} is being cancelled.`);
    views.refresh();
  };
  return (
    <ActDialog title="Cancel this job?" act="Cancel the job" destroys run={run} close={close}>
      <p>
        <strong>{jobName(job)}</strong> of cluster <strong>{job.cluster}</strong> stops at once, without a savepoint. It
        is not started again by itself.
      </p>
    </ActDialog>
  );
}
