/** Take a savepoint of a job, which runs on. */
import { useState } from 'preact/hooks';
import type { JobView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { say } from '../parts/toasts.tsx';
import { jobName } from '../words.ts';
import { jobPath } from './job-path.ts';
import { noWish, readWish, SavepointWish } from './savepoint-wish.tsx';

export function TakeSavepoint({ job, close }: { readonly job: JobView; readonly close: () => void }) {
  const { views } = useSession();
  const [wish, setWish] = useState(noWish);
  const run = async () => {
    await ask(`${jobPath(job)}/savepoints`, 'POST', readWish(wish));
    say(`A savepoint of ${jobName(job)} is being taken.`);
    views.refresh();
  };
  return (
    <ActDialog title="Take a savepoint" act="Take the savepoint" run={run} close={close}>
      <p>
        <strong>{jobName(job)}</strong> runs on meanwhile. The savepoint stays until you delete it.
      </p>
      <SavepointWish wish={wish} change={setWish} />
    </ActDialog>
  );
}
