/** Stop a job with a savepoint, from which it can be started again. */
import { useState } from 'preact/hooks';
import type { JobView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { Check } from '../parts/form.tsx';
import { say } from '../parts/toasts.tsx';
import { jobName } from '../words.ts';
import { jobPath } from './job-path.ts';
import { noWish, readWish, SavepointWish } from './savepoint-wish.tsx';

export function StopJob({ job, close }: { readonly job: JobView; readonly close: () => void }) {
  const { views } = useSession();
  const [wish, setWish] = useState(noWish);
  const [drain, setDrain] = useState(false);
  const run = async () => {
    await ask(`${jobPath(job)}/stop`, 'POST', { ...readWish(wish), ...(drain && { drain }) });
    say(`Job ${jobName(job)} is being stopped with a savepoint.`);
    views.refresh();
  };
  return (
    <ActDialog title="Stop this job?" act="Stop the job" destroys run={run} close={close}>
      <p>
        <strong>{jobName(job)}</strong> of cluster <strong>{job.cluster}</strong> takes a savepoint and ends. If the
        savepoint fails, it runs on.
      </p>
      <Check
        label="It is over for good: let event time come to its end first (drain)"
        value={drain}
        change={setDrain}
      />
      <SavepointWish wish={wish} change={setWish} />
    </ActDialog>
  );
}
