/** Run an uploaded jar as a job. */
import { useState } from 'preact/hooks';
import type { JarView, JobView } from '../../api/views.ts';
import { ask } from '../data/api-client.ts';
import { useSession } from '../data/session.ts';
import { ActDialog } from '../parts/dialog.tsx';
import { Check, TextArea, TextField } from '../parts/form.tsx';
import { say } from '../parts/toasts.tsx';
import { figure, given, lines, settings, text } from './read-form.ts';

const blank = { entryClass: '', args: '', parallelism: '', savepointPath: '', configuration: '' };

interface RunJobProps {
  readonly cluster: string;
  readonly jar: JarView;
  readonly close: () => void;
}

export function RunJob({ cluster, jar, close }: RunJobProps) {
  const { views } = useSession();
  const [wish, setWish] = useState(blank);
  const [skipping, setSkipping] = useState(false);
  const field = (name: keyof typeof blank) => ({
    value: wish[name],
    change: (value: string) => setWish((last) => ({ ...last, [name]: value })),
  });
  const run = async () => {
    const job = await ask<JobView>(`v1/clusters/${encodeURIComponent(cluster)}/jobs`, 'POST', {
      jar: jar.id,
      ...given({
        entryClass: text(wish.entryClass),
        args: lines(wish.args),
        parallelism: figure('Parallelism', wish.parallelism),
        savepointPath: text(wish.savepointPath),
        allowNonRestoredState: skipping || undefined,
        configuration: settings('Flink options', wish.configuration),
      }),
    });
    say(`Job ${job.name ?? job.id} is submitted.`);
    views.refresh();
  };
  return (
    <ActDialog title={`Run ${jar.name}`} act="Run the job" run={run} close={close} wide>
      <div class="grid">
        <TextField label="Entry class" hint="without one: the jar's main class" {...field('entryClass')} />
        <TextField label="Parallelism" placeholder="1" inputMode="numeric" {...field('parallelism')} />
      </div>
      <TextArea label="Arguments, one a line" placeholder={'--input\n/data/in'} {...field('args')} />
      <details>
        <summary>Savepoint and Flink options</summary>
        <TextField label="Start from savepoint" placeholder="file:///savepoints/…" {...field('savepointPath')} />
        <Check label="Skip state of operators that the job no longer has" value={skipping} change={setSkipping} />
        <TextArea label="Flink options of this job, one a line" {...field('configuration')} />
      </details>
    </ActDialog>
  );
}
