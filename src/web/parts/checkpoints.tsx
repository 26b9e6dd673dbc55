/** The checkpoints of a job in figures, and its last ones one by one, as Flink tells of them. */
import type { JobView } from '../../api/views.ts';
import { jobPath } from '../acts/job-path.ts';
import type { Checkpoint, CheckpointReport } from '../data/checkpoints.ts';
import { useLive } from '../data/session.ts';
import { bytes, duration, number, sentence } from '../words.ts';
import { Badge, Empty, Fact, Failure, Moment } from './basics.tsx';
import { type DataColumn, DataTable } from './data-table.tsx';

export function Checkpoints({ job }: { readonly job: JobView }) {
  const { value: report, failure } = useLive<CheckpointReport>(`${jobPath(job)}/checkpoints`);
  if (report === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  const { counts = {}, summary = {}, history = [] } = report;
  return (
    <>
      <dl class="facts">
        <Fact name="Completed">{number(counts.completed ?? 0)}</Fact>
        <Fact name="Failed">{number(counts.failed ?? 0)}</Fact>
        <Fact name="Under way">{number(counts.in_progress ?? 0)}</Fact>
        <Fact name="Restored from one">{number(counts.restored ?? 0)} ×</Fact>
        <Fact name="Take">{spread(summary.end_to_end_duration, duration)}</Fact>
        <Fact name="State">{spread(summary.state_size, bytes)}</Fact>
      </dl>
      {history.length === 0 ? (
        <Empty>There is no checkpoint yet.</Empty>
      ) : (
        <DataTable label="Last checkpoints" columns={columns} items={history} keyOf={({ id }) => String(id)} />
      )}
    </>
  );
}

function spread(
  values: { readonly min?: number; readonly avg?: number; readonly max?: number } | undefined,
  words: (value: number) => string,
): string {
  if (values?.avg === undefined || values.max === undefined || values.max <= 0) return 'none yet';
  return `${words(values.avg)} on average, ${words(values.max)} at most`;
}

const columns: readonly DataColumn<Checkpoint>[] = [
  {
    title: 'Checkpoint',
    kind: 'main',
    cell: ({ id, is_savepoint, external_path, failure_message, discarded }) => (
      <>
        <strong>
          {id}
          {is_savepoint && ' (savepoint)'}
        </strong>
        {external_path !== undefined && !discarded && <code class="under">{external_path}</code>}
        {failure_message !== undefined && <span class="under bad-text">{sentence(failure_message)}</span>}
      </>
    ),
  },
  { title: 'State', cell: ({ status }) => <Badge state={status} tone={tones[status]} /> },
  { title: 'Begun', cell: (each) => <Moment at={new Date(each.trigger_timestamp).toISOString()} /> },
  {
    title: 'Took',
    cell: ({ status, end_to_end_duration: ms }) => (status === 'IN_PROGRESS' || ms === undefined ? '' : duration(ms)),
  },
  { title: 'State size', cell: ({ state_size }) => (state_size === undefined ? '' : bytes(state_size)) },
  { title: 'Written', cell: ({ checkpointed_size: size }) => (size === undefined ? '' : bytes(size)) },
];

const tones = { COMPLETED: 'good', IN_PROGRESS: 'busy', FAILED: 'bad' } as const;
