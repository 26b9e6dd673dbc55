/** Events, newest first, each a link to itself. */
import type { FactView } from '../../api/views.ts';
import { links } from '../routes.ts';
import type { Tone } from '../words.ts';
import { Empty, Moment } from './basics.tsx';
import { type Column, VirtualTable } from './virtual-table.tsx';

export const levelTones: Readonly<Record<FactView['level'], Tone>> = {
  debug: 'idle',
  info: 'busy',
  warn: 'warn',
  error: 'bad',
};

const columns: readonly Column<FactView>[] = [
  {
    title: 'When',
    width: '8rem',
    cell: (fact) => (
      <a href={links.event(fact)}>
        <Moment at={fact.at} />
      </a>
    ),
  },
  {
    title: 'Level',
    width: '5.5rem',
    kind: 'tertiary',
    cell: ({ level }) => <span class={`badge ${levelTones[level]}`}>{level}</span>,
  },
  { title: 'Kind', width: '13.5rem', kind: 'secondary', cell: ({ kind }) => <code>{kind}</code> },
  { title: 'What happened', cell: ({ text }) => <span title={text}>{text}</span> },
];

export function EventTable({
  facts,
  label,
  empty,
}: {
  readonly facts: readonly FactView[];
  readonly label: string;
  readonly empty: string;
}) {
  if (facts.length === 0) return <Empty>{empty}</Empty>;
  return (
    <VirtualTable
      label={label}
      columns={columns}
      items={facts}
      keyOf={({ sequence }) => String(sequence)}
      rowClass={({ level }) => `level-${level}`}
    />
  );
}
