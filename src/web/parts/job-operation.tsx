/** What was last asked of a job (savepoint, stop, another parallelism), and what became of it. */
import type { JobView } from '../../api/views.ts';
import { sentence } from '../words.ts';
import { Since } from './basics.tsx';

type Operation = NonNullable<JobView['operation']>;

const doing = {
  savepoint: 'Taking a savepoint',
  stop: 'Stopping with a savepoint',
  rescale: 'Changing the parallelism',
  update: 'Stopping with a savepoint, for the update of its cluster',
};
const failed = {
  savepoint: 'The savepoint failed',
  stop: 'Stopping failed',
  rescale: 'Changing the parallelism failed',
  update: 'Stopping for the update of its cluster failed',
};

export function JobOperation({ job: { operation } }: { readonly job: JobView }) {
  if (operation === undefined || operation.state === 'completed') return null;
  return <span class={`under ${operation.state === 'failed' ? 'bad-text' : ''}`}>{words(operation)}</span>;
}

function words({ kind, state, startedAt, failure }: Operation) {
  if (state === 'failed') return sentence(`${failed[kind]}: ${(failure ?? 'Flink did not say why').split('\n', 1)[0]}`);
  return (
    <>
      {doing[kind]}, for <Since at={startedAt} />
    </>
  );
}
