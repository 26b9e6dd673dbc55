/** Delete a savepoint with its files. */
import type { JobView, SavepointView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { say } from '../parts/toasts.tsx';
import { jobPath } from './job-path.ts';

interface Props {
  readonly job: JobView;
  readonly savepoint: SavepointView;
  readonly close: () => void;
}

export function DeleteSavepoint({ job, savepoint: { path }, close }: Props) {
  const { views } = useSession();
  const run = async () => {
    await ask(`${jobPath(job)}/savepoints?path=${encodeURIComponent(path)}`, 'DELETE');
    say('The savepoint is deleted.');
    views.refresh();
  };
  return (
    <ActDialog title="Delete this savepoint?" act="Delete the savepoint" destroys run={run} close={close}>
      <p>
        <code>{path}</code> and its files are removed. No job can be started from it any more. It cannot be undone.
      </p>
    </ActDialog>
  );
}
