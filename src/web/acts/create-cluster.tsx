/** Create a cluster: a name is enough, the rest has defaults. */
import { useState } from 'preact/hooks';
import type { ClusterView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { TextArea, TextField } from '../parts/form.tsx';
import { say } from '../parts/toasts.tsx';
import { links } from '../routes.ts';
import { figure, given, settings, text } from './read-form.ts';

const blank = {
  name: '',
  version: '',
  count: '1',
  slots: '',
  cpus: '',
  memory: '',
  jobManagerCpus: '',
  jobManagerMemory: '',
  configuration: '',
  environment: '',
};
type Wish = typeof blank;

export function CreateCluster({
  close,
  defaultVersion,
}: {
  readonly close: () => void;
  readonly defaultVersion: string;
}) {
  const { views } = useSession();
  const [wish, setWish] = useState(blank);
  const field = (name: keyof Wish) => ({
    value: wish[name],
    change: (value: string) => setWish((last) => ({ ...last, [name]: value })),
  });
  const run = async () => {
    const { name } = await ask<ClusterView>('v1/clusters', 'POST', specOf(wish));
    say(`Cluster ${name} is created.`);
    views.refresh();
    location.hash = links.cluster(name);
  };
  return (
    <ActDialog title="Create a cluster" act="Create the cluster" run={run} close={close} wide>
      <div class="grid">
        <TextField label="Name" hint="lower-case letters, digits and -" required {...field('name')} />
        <TextField label="Flink version" placeholder={defaultVersion} {...field('version')} />
        <TextField label="TaskManagers" inputMode="numeric" {...field('count')} />
        <TextField label="Slots of each" placeholder="1" inputMode="numeric" {...field('slots')} />
        <TextField label="CPUs of each" placeholder="1" inputMode="decimal" {...field('cpus')} />
        <TextField label="Memory of each, MiB" placeholder="1728" inputMode="numeric" {...field('memory')} />
        <TextField label="CPUs of the JobManager" placeholder="0.5" inputMode="decimal" {...field('jobManagerCpus')} />
        <TextField
          label="Memory of the JobManager, MiB"
          placeholder="1024"
          inputMode="numeric"
          {...field('jobManagerMemory')}
        />
      </div>
      <details>
        <summary>Flink options and environment</summary>
        <TextArea
          label="Flink options, one a line"
          placeholder="state.backend.type: rocksdb"
          {...field('configuration')}
        />
        <TextArea label="Environment, one variable a line" placeholder="TZ=Europe/Berlin" {...field('environment')} />
      </details>
    </ActDialog>
  );
}

function specOf(wish: Wish): unknown {
  const version = text(wish.version);
  return given({
    name: wish.name.trim(),
    flink: version === undefined ? undefined : { version },
    jobManager: given({
      cpus: figure('CPUs of the JobManager', wish.jobManagerCpus),
      memoryMiB: figure('Memory of the JobManager', wish.jobManagerMemory),
    }),
    taskManager: given({
      cpus: figure('CPUs of each', wish.cpus),
      memoryMiB: figure('Memory of each', wish.memory),
      slots: figure('Slots of each', wish.slots),
    }),
    taskManagers: { mode: 'fixed', count: figure('TaskManagers', wish.count) ?? 1 },
    configuration: settings('Flink options', wish.configuration),
    environment: settings('Environment', wish.environment),
  });
}
