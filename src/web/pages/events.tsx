/** Everything that happened, as it happens, with filters; one event in full behind its own address. */
import { useMemo, useState } from 'preact/hooks';
import type { FactView } from '../../api/views.ts';
import { useFacts } from '../data/session.ts';
import { clusterOf, taskOf } from '../data/touched.ts';
import { Card, Fact, Moment } from '../parts/basics.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { EventTable, levelTones } from '../parts/event-table.tsx';
import { Choice, TextField } from '../parts/form.tsx';
import { type EventId, links } from '../routes.ts';
import { counted, sentence } from '../words.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const everything = '';

export function EventsPage({ event }: { readonly event?: EventId }) {
  const facts = useFacts();
  const [level, setLevel] = useState<FactView['level']>('info');
  const [topic, setTopic] = useState(everything);
  const [cluster, setCluster] = useState(everything);
  const [words, setWords] = useState('');
  const [paused, setPaused] = useState<readonly FactView[]>();
  const source = paused ?? facts;
  const shown = useMemo(() => filtered(source, level, topic, cluster, words), [source, level, topic, cluster, words]);
  const names = useMemo(() => namesIn(facts), [facts]);
  const pause = (
    <button
      type="button"
      aria-pressed={paused !== undefined}
      onClick={() => setPaused(paused === undefined ? facts : undefined)}
    >
      {paused === undefined ? 'Pause' : 'Go on'}
    </button>
  );
  return (
    <>
      <h1>Events</h1>
      <Card
        title={paused === undefined ? counted(shown.length, 'event') : `${counted(shown.length, 'event')}, paused`}
        side={pause}
      >
        <div class="filters">
          <TextField label="Find events" placeholder="words, ids, hosts" value={words} change={setWords} />
          <Choice
            label="Level"
            value={level}
            change={(value) => setLevel(levels.find((known) => known === value) ?? 'info')}
            choices={levels.map((value) => ({
              value,
              title: value === 'debug' ? 'all, with debug' : `${value} and above`,
            }))}
          />
          <Choice label="About" value={topic} change={setTopic} choices={[all('anything'), ...names.topics]} />
          <Choice label="Cluster" value={cluster} change={setCluster} choices={[all('any'), ...names.clusters]} />
        </div>
        <EventTable facts={shown} label="Events" empty="No event matches." />
      </Card>
      {event !== undefined && <OneEvent event={event} facts={facts} />}
    </>
  );
}

function OneEvent({ event, facts }: { readonly event: EventId; readonly facts: readonly FactView[] }) {
  const { at, sequence } = event;
  const fact = facts.find((candidate) => candidate.sequence === sequence && candidate.at === at);
  const close = () => {
    // Closing by Escape tells twice.
    if (location.hash === links.event(event)) location.hash = links.events;
  };
  if (fact === undefined) {
    return (
      <Dialog title={`Event ${sequence}`} close={close}>
        <div class="dialog-body">
          {facts.length === 0 ? (
            <p>Loading…</p>
          ) : (
            <p>
              What happened at <Moment at={at} /> is no longer remembered.
            </p>
          )}
        </div>
      </Dialog>
    );
  }
  const [cluster, task] = [clusterOf(fact), taskOf(fact)];
  return (
    <Dialog title={fact.kind} close={close} wide>
      <div class="dialog-body">
        <p>{sentence(fact.text)}</p>
        <dl class="facts">
          <Fact name="When">
            <Moment at={fact.at} />
          </Fact>
          <Fact name="Level">
            <span class={`badge ${levelTones[fact.level]}`}>{fact.level}</span>
          </Fact>
          {cluster !== undefined && (
            <Fact name="Cluster">
              <a href={links.cluster(cluster)}>{cluster}</a>
            </Fact>
          )}
          {task !== undefined && (
            <Fact name="Task">
              <a href={links.task(task)}>{task}</a>
            </Fact>
          )}
          <Fact name="Number">{fact.sequence}</Fact>
        </dl>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
        <pre tabIndex={0}>{JSON.stringify(fact.data, undefined, 2)}</pre>
      </div>
    </Dialog>
  );
}

function filtered(
  facts: readonly FactView[],
  level: FactView['level'],
  topic: string,
  cluster: string,
  words: string,
): readonly FactView[] {
  const least = levels.indexOf(level);
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return facts
    .filter(
      (fact) =>
        levels.indexOf(fact.level) >= least &&
        (topic === everything || fact.kind.startsWith(`${topic}.`)) &&
        (cluster === everything || clusterOf(fact) === cluster) &&
        wanted.every((word) => `${fact.kind} ${fact.text}`.toLowerCase().includes(word)),
    )
    .toReversed();
}

function namesIn(facts: readonly FactView[]) {
  const choices = (names: Iterable<string>) => [...new Set(names)].sort().map((value) => ({ value, title: value }));
  return {
    topics: choices(facts.map(({ kind }) => kind.split('.', 1)[0] ?? kind)),
    clusters: choices(facts.map(clusterOf).filter((name) => name !== undefined)),
  };
}

function all(title: string) {
  return { value: everything, title };
}
