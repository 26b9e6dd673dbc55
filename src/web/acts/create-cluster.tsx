/** Create a cluster: a name is enough, the rest has defaults. */
import { useState } from 'preact/hooks';
import type { ClusterView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { Choice, TextArea, TextField } from '../parts/form.tsx';
import { say } from '../parts/toasts.tsx';
import { links } from '../routes.ts';
import { figure, given, settings, text } from './read-form.ts';

const blank = {
  name: '',
  version: '',
  mode: 'fixed',
  count: '1',
  min: '0',
  max: '',
  spare: '0',
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
        <Choice label="TaskManagers" choices={modes} {...field('mode')} />
        {wish.mode === 'fixed' ? (
          <TextField label="How many" inputMode="numeric" {...field('count')} />
        ) : (
          <>
            <TextField label="At most" inputMode="numeric" required {...field('max')} />
            <TextField label="At least" inputMode="numeric" {...field('min')} />
            <TextField label="Spare ones" inputMode="numeric" {...field('spare')} />
          </>
        )}
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

const modes = [
  { value: 'fixed', title: 'Always the same number' },
  { value: 'elastic', title: 'As many as jobs need' },
];

function taskManagersOf({ mode, count, min, max, spare }: Wish): unknown {
  if (mode === 'fixed') return { mode, count: figure('How many', count) ?? 1 };
  return {
    mode,
    min: figure('At least', min) ?? 0,
    max: figure('At most', max),
    spare: figure('Spare ones', spare) ?? 0,
  };
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
    taskManagers: taskManagersOf(wish),
    configuration: settings('Flink options', wish.configuration),
    environment: settings('Environment', wish.environment),
  });
}
