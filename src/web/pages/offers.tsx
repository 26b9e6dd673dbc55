/** What came from Mesos and what became of it; and for each waiting request, what is against each of the agents. */
import { useMemo, useState } from 'preact/hooks';
import type { OfferRoundView, TaskWhyView } from '../../api/views.ts';
import { useLive } from '../data/session.ts';
import { Card, Empty, Failure } from '../parts/basics.tsx';
import { Choice, TextField } from '../parts/form.tsx';
import { linesOf, type OfferLine, OfferTable, outcomeTones } from '../parts/offer-table.tsx';
import { WhyWaiting } from '../parts/why-waiting.tsx';
import { links } from '../routes.ts';
import { counted, partWord } from '../words.ts';

export function OffersPage() {
  const why = useLive<readonly TaskWhyView[]>('v1/why');
  const offers = useLive<readonly OfferRoundView[]>('v1/offers');
  const failure = why.failure ?? offers.failure;
  return (
    <>
      <h1>Offers</h1>
      {failure !== undefined && <Failure failure={failure} />}
      <Card title="What waits, and why">
        {why.value === undefined ? <Empty>Loading…</Empty> : <Waiting all={why.value} />}
      </Card>
      <Card title="The last rounds">
        {offers.value === undefined ? <Empty>Loading…</Empty> : <Rounds rounds={offers.value} />}
      </Card>
    </>
  );
}

const mostGroups = 20;

/** Thousands may wait for the same reason: it is said once. */
function Waiting({ all }: { readonly all: readonly TaskWhyView[] }) {
  const groups = useMemo(() => alike(all), [all]);
  if (groups.length === 0) return <Empty>No request waits.</Empty>;
  return (
    <>
      {groups.slice(0, mostGroups).map(([first, ...others]) => (
        <section key={first.task} class="waiting">
          <h3>
            {others.length === 0 ? partWord(first.part) : counted(others.length + 1, partWord(first.part))} of{' '}
            <a href={links.cluster(first.cluster)}>{first.cluster}</a>
          </h3>
          <WhyWaiting why={first} />
          <p class="quiet-text">
            {others.length === 0 ? 'Task ' : 'One of them: '}
            <a href={links.task(first.task)}>{first.task}</a>
          </p>
        </section>
      ))}
      {groups.length > mostGroups && (
        <p class="quiet-text">and {counted(groups.length - mostGroups, 'more kind', 'more kinds')} of request</p>
      )}
    </>
  );
}

type Alike = readonly [TaskWhyView, ...TaskWhyView[]];

function alike(all: readonly TaskWhyView[]): readonly Alike[] {
  const keyOf = ({ cluster, part, role, wanted, why }: TaskWhyView) =>
    JSON.stringify([cluster, part, role, wanted, why]);
  return [...Map.groupBy(all, keyOf).values()]
    .flatMap(([first, ...others]): Alike[] => (first === undefined ? [] : [[first, ...others]]))
    .sort((a, b) => b.length - a.length);
}

const everything = '';

function Rounds({ rounds }: { readonly rounds: readonly OfferRoundView[] }) {
  const [words, setWords] = useState('');
  const [outcome, setOutcome] = useState(everything);
  const lines = useMemo(() => rounds.flatMap(linesOf), [rounds]);
  const shown = lines.filter((line) => matches(line, words, outcome));
  if (lines.length === 0) return <Empty>No offer has come since the scheduler is subscribed.</Empty>;
  const counts = Map.groupBy(lines, ({ offer }) => offer?.outcome);
  return (
    <>
      <div class="filters">
        <TextField label="Find offers" placeholder="host, role, reason, task" value={words} change={setWords} />
        <Choice
          label="Outcome"
          value={outcome}
          change={setOutcome}
          choices={[
            { value: everything, title: 'any' },
            ...(Object.keys(outcomeTones) as (keyof typeof outcomeTones)[]).map((value) => ({
              value,
              title: `${value} (${counts.get(value)?.length ?? 0})`,
            })),
          ]}
        />
      </div>
      {shown.length === 0 ? <Empty>No offer matches the filter.</Empty> : <OfferTable lines={shown} />}
    </>
  );
}

function matches({ offer, unlisted }: OfferLine, words: string, outcome: string): boolean {
  if (outcome !== everything && offer?.outcome !== outcome) return false;
  const text = [offer?.hostname, offer?.agentId, offer?.role, offer?.why, ...(offer?.tasks ?? []), unlisted].join(' ');
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
}
