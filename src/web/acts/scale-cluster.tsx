/** Give a cluster another number of TaskManagers, after saying what fewer of them do to its jobs. */
import { useState } from 'preact/hooks';
import type { ClusterView } from '../../api/views.ts';
import { ask, RequestFailed } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/form.tsx';
import { say } from '../parts/toasts.tsx';
import { counted } from '../words.ts';
import { figure } from './read-form.ts';

export function ScaleCluster({ cluster, close }: { readonly cluster: ClusterView; readonly close: () => void }) {
  const { views } = useSession();
  const { name, taskManagers, spec, jobs } = cluster;
  const [wish, setWish] = useState(String(taskManagers.wanted));
  const fewer = Number(wish) < taskManagers.wanted;
  const run = async () => {
    const count = figure('TaskManagers', wish);
    if (count === undefined) throw new RequestFailed('FORM', 'The number of TaskManagers is missing', 'say how many');
    await ask(`v1/clusters/${encodeURIComponent(name)}/task-managers`, 'PUT', { count });
    say(`Cluster ${name} is to have ${counted(count, 'TaskManager')}.`);
    views.refresh();
  };
  return (
    <ActDialog title={`Scale cluster ${name}`} act="Scale the cluster" destroys={fewer} run={run} close={close}>
      <TextField label="TaskManagers" inputMode="numeric" value={wish} change={setWish} required />
      <p>
        It is to have {counted(taskManagers.wanted, 'TaskManager')} now, each with{' '}
        {counted(spec.taskManager.slots, 'slot')}.{' '}
        {fewer
          ? `Those that are least useful are ended; ${jobs.running === 0 ? 'no job is running' : `${counted(jobs.running, 'running job')} may be interrupted, and wait if slots are missing`}.`
          : 'More of them are launched as Mesos offers room.'}
      </p>
    </ActDialog>
  );
}
