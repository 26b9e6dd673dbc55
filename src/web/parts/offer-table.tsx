/** Offers one by one, newest first: what came, and what became of it and why. */
import type { OfferRoundView } from '../../api/views.ts';
import { links } from '../routes.ts';
import { cpus, duration, memory, number, type Tone } from '../words.ts';
import { Badge, Moment } from './basics.tsx';
import { type Column, VirtualTable } from './virtual-table.tsx';

type Offer = OfferRoundView['offers'][number];

export interface OfferLine {
  readonly round: OfferRoundView;
  /** None: offers of a large round that are counted only. */
  readonly offer?: Offer;
  readonly unlisted?: string;
}

export function linesOf(round: OfferRoundView): readonly OfferLine[] {
  const counted = Object.entries(round.unlisted).map(([outcome, count]) => `${number(count)} more ${outcome}`);
  return [
    ...round.offers.map((offer) => ({ round, offer })),
    ...(counted.length === 0 ? [] : [{ round, unlisted: counted.join(', ') }]),
  ];
}

export const outcomeTones: Readonly<Record<Offer['outcome'], Tone>> = {
  held: 'busy',
  accepted: 'good',
  declined: 'idle',
  rescinded: 'warn',
  lost: 'warn',
};

export function OfferTable({ lines }: { readonly lines: readonly OfferLine[] }) {
  return (
    <VirtualTable
      label="Offers"
      columns={columns}
      items={lines}
      keyOf={({ round, offer }) => `${round.number} ${offer?.offerId ?? 'more'}`}
    />
  );
}

const columns: readonly Column<OfferLine>[] = [
  { title: 'Came', width: '7rem', cell: ({ round }) => <Moment at={round.at} /> },
  { title: 'Round', width: '5rem', kind: 'tertiary', cell: ({ round }) => number(round.number) },
  {
    title: 'From',
    width: '18%',
    kind: 'main',
    cell: ({ offer }) => offer && <a href={links.agent(offer.agentId)}>{offer.hostname}</a>,
  },
  { title: 'Role', width: '5.5rem', kind: 'tertiary', cell: ({ offer }) => offer?.role },
  {
    title: 'Offered',
    width: '12rem',
    kind: 'secondary',
    cell: ({ offer }) => offer && `${cpus(offer.resources.cpus)}, ${memory(offer.resources.memMiB)}`,
  },
  {
    title: 'Outcome',
    width: '7rem',
    cell: ({ offer }) => offer && <Badge state={offer.outcome} tone={outcomeTones[offer.outcome]} />,
  },
  { title: 'Why', kind: 'secondary', cell: ({ offer, unlisted }) => (offer ? <Why offer={offer} /> : unlisted) },
];

function Why({ offer: { why, tasks, refuseMs } }: { readonly offer: Offer }) {
  const refused = refuseMs === undefined ? '' : `, not wanted for ${duration(refuseMs)}`;
  return (
    <span title={`${why ?? ''}${refused}`}>
      {tasks?.map((id) => (
        <>
          <a href={links.task(id)}>{id}</a>{' '}
        </>
      ))}
      {why}
      {refused}
    </span>
  );
}
