/** End a task so that another one takes its place, after saying what that does to the jobs. */
import type { TaskView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { say } from '../parts/toasts.tsx';
import { partWord } from '../words.ts';

export function RestartTask({ task, close }: { readonly task: TaskView; readonly close: () => void }) {
  const { views } = useSession();
  const run = async () => {
    await ask(`v1/tasks/${encodeURIComponent(task.id)}/restart`, 'POST');
    say(`Task ${task.id} is being ended; another one takes its place.`);
    views.refresh();
  };
  return (
    <ActDialog title={`Restart this ${partWord(task.part)}?`} act="Restart it" destroys run={run} close={close}>
      <p>
        <strong>{task.id}</strong> is ended, and a new task with a new id takes its place.{' '}
        {task.part === 'jobmanager'
          ? 'All jobs of the cluster are interrupted, and resume from their last retained checkpoint.'
          : 'Jobs that use it are interrupted, and restart from their last checkpoint.'}
      </p>
    </ActDialog>
  );
}
