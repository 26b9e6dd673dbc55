/** What can be done with a job that has not ended, in the order of how much it changes. */
import type { JobView } from '../../api/views.ts';
import { CancelJob } from './cancel-job.tsx';
import { ScaleJob } from './scale-job.tsx';
import { StopJob } from './stop-job.tsx';
import { TakeSavepoint } from './take-savepoint.tsx';

export type JobActName = 'savepoint' | 'scale' | 'stop' | 'cancel';

interface Act {
  readonly name: JobActName;
  readonly title: string;
}

const onRunning: readonly Act[] = [
  { name: 'savepoint', title: 'Savepoint' },
  { name: 'scale', title: 'Scale' },
  { name: 'stop', title: 'Stop' },
];
const cancel: Act = { name: 'cancel', title: 'Cancel' };

/** One operation at a time; only the end can always be asked for. */
export function jobActs({ state, operation }: JobView): readonly Act[] {
  return state === 'RUNNING' && operation?.state !== 'running' ? [...onRunning, cancel] : [cancel];
}

interface JobActProps {
  readonly name: JobActName;
  readonly job: JobView;
  readonly close: () => void;
}

export function JobAct({ name, ...props }: JobActProps) {
  switch (name) {
    case 'savepoint':
      return <TakeSavepoint {...props} />;
    case 'scale':
      return <ScaleJob {...props} />;
    case 'stop':
      return <StopJob {...props} />;
    case 'cancel':
      return <CancelJob {...props} />;
  }
}
