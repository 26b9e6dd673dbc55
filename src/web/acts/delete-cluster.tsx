/** Delete a cluster, after saying what goes with it. */
import type { ClusterView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { say } from '../parts/toasts.tsx';
import { counted } from '../words.ts';

export function DeleteCluster({ cluster, close }: { readonly cluster: ClusterView; readonly close: () => void }) {
  const { views } = useSession();
  const { name, jobs, taskManagers } = cluster;
  const run = async () => {
    await ask(`v1/clusters/${encodeURIComponent(name)}`, 'DELETE');
    say(`Cluster ${name} is being deleted.`);
    views.refresh();
  };
  return (
    <ActDialog title={`Delete cluster ${name}?`} act="Delete the cluster" destroys run={run} close={close}>
      <p>
        This ends its JobManager and {counted(taskManagers.registered, 'TaskManager')},{' '}
        {jobs.running === 0 ? 'and no job is running' : `and stops ${counted(jobs.running, 'running job')}`}. Its
        uploaded jars go with it. It cannot be undone.
      </p>
    </ActDialog>
  );
}
