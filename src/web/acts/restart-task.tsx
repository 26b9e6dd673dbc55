/** End a task so that another one takes its place, or its part elsewhere, after saying what that does to the jobs. */
import type { TaskView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { say } from '../parts/toasts.tsx';
import { partWord } from '../words.ts';

interface RestartTaskProps {
  readonly task: TaskView;
  readonly act: 'restart' | 'replace';
  readonly close: () => void;
}

const words = {
  restart: {
    verb: 'Restart',
    effect: 'a new task with a new id takes its place.',
    said: 'another one takes its place',
  },
  replace: {
    verb: 'Replace',
    effect:
      'a new one is launched on another agent, where there is one for it. A place that was kept for it is given up.',
    said: 'another one is launched elsewhere, where it can be',
  },
};

export function RestartTask({ task, act, close }: RestartTaskProps) {
  const { views } = useSession();
  const { verb, effect, said } = words[act];
  const run = async () => {
    await ask(`v1/tasks/${encodeURIComponent(task.id)}/${act}`, 'POST');
    say(`Task ${task.id} is being ended; ${said}.`);
    views.refresh();
  };
  return (
    <ActDialog title={`${verb} this ${partWord(task.part)}?`} act={`${verb} it`} destroys run={run} close={close}>
      <p>
        <strong>{task.id}</strong> is ended, and {effect}{' '}
        {task.part === 'jobmanager'
          ? 'All jobs of the cluster are interrupted, and resume from their last retained checkpoint.'
          : 'Jobs that use it are interrupted, and restart from their last checkpoint.'}
      </p>
    </ActDialog>
  );
}
