/** Tasks with a filter by words and by phase; waiting ones first, ended ones last. */
import { useMemo, useState } from 'preact/hooks';
import type { TaskView } from '../../api/views.ts';
import { links } from '../routes.ts';
import { cpus, memory, number, partWord } from '../words.ts';
import { Badge, Empty, Moment } from './basics.tsx';
import { TextField } from './form.tsx';
import { type Column, VirtualTable } from './virtual-table.tsx';

type Phase = TaskView['phase'];
const phases = ['waiting', 'launched', 'ended'] as const;

const columns: readonly Column<TaskView>[] = [
  { title: 'Task', width: '26%', kind: 'main', cell: (task) => <a href={links.task(task.id)}>{task.id}</a> },
  { title: 'State', width: '9rem', cell: ({ state }) => <Badge state={state} /> },
  { title: 'Part', width: '8rem', kind: 'tertiary', cell: ({ part }) => partWord(part) },
  { title: 'Where, or why not', kind: 'secondary', cell: whereOrWhy },
  {
    title: 'Resources',
    width: '11rem',
    kind: 'secondary',
    cell: ({ resources }) => `${cpus(resources.cpus)}, ${memory(resources.memMiB)}`,
  },
  { title: 'Requested', width: '9rem', kind: 'tertiary', cell: ({ requestedAt }) => <Moment at={requestedAt} /> },
];

export function TaskTable({
  tasks,
  withCluster,
}: {
  readonly tasks: readonly TaskView[];
  readonly withCluster?: boolean;
}) {
  const [words, setWords] = useState('');
  const [left, setLeft] = useState<ReadonlySet<Phase>>(new Set());
  const shown = useMemo(() => filtered(tasks, words, left), [tasks, words, left]);
  const counts = useMemo(() => Map.groupBy(tasks, ({ phase }) => phase), [tasks]);
  const toggle = (phase: Phase) => {
    const next = new Set(left);
    if (!next.delete(phase)) next.add(phase);
    setLeft(next);
  };
  if (tasks.length === 0) return <Empty>There are no tasks.</Empty>;
  return (
    <>
      <div class="filters">
        <TextField label="Find tasks" placeholder="id, host, state, reason" value={words} change={setWords} />
        <fieldset class="chips">
          <legend>Show</legend>
          {phases.map((phase) => (
            <button
              key={phase}
              type="button"
              class="chip"
              aria-pressed={!left.has(phase)}
              onClick={() => toggle(phase)}
            >
              {phase} {number(counts.get(phase)?.length ?? 0)}
            </button>
          ))}
        </fieldset>
      </div>
      {shown.length === 0 ? (
        <Empty>No task matches the filter.</Empty>
      ) : (
        <VirtualTable
          label="Tasks"
          columns={withCluster ? withClusterColumn : columns}
          items={shown}
          keyOf={({ id }) => id}
        />
      )}
    </>
  );
}

const withClusterColumn: readonly Column<TaskView>[] = [
  ...columns.slice(0, 2),
  {
    title: 'Cluster',
    width: '9rem',
    kind: 'secondary',
    cell: ({ cluster }) => <a href={links.cluster(cluster)}>{cluster}</a>,
  },
  ...columns.slice(2),
];

function whereOrWhy({ hostname, whyWaiting, phase, reason, message }: TaskView) {
  if (phase === 'waiting') return <span title={whyWaiting}>{whyWaiting ?? 'no offer has come yet'}</span>;
  if (phase !== 'ended') return hostname;
  const why = [reason, message?.split('\n', 1)[0]].filter(Boolean).join(': ');
  return why === '' ? hostname : <span title={message}>{why}</span>;
}

function filtered(tasks: readonly TaskView[], words: string, left: ReadonlySet<Phase>): readonly TaskView[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (task: TaskView) => {
    const text = [task.id, task.cluster, task.hostname, task.state, task.reason, task.whyWaiting]
      .join(' ')
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  const byPhase = Map.groupBy(tasks, ({ phase }) => phase);
  return phases
    .filter((phase) => !left.has(phase))
    .flatMap((phase) => (phase === 'ended' ? (byPhase.get(phase) ?? []).toReversed() : (byPhase.get(phase) ?? [])))
    .filter((task) => wanted.length === 0 || matches(task));
}
