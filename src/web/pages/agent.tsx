/** One agent: what it has and who holds it, what of ours runs there, and what became of its last offers. */
import type { MesosAgentView, OfferRoundView, TaskView } from '../../api/views.ts';
import { useLive } from '../data/session.ts';
import { AgentState } from '../parts/agent-state.tsx';
import { Card, Empty, Fact, Failure, Moment, Notice } from '../parts/basics.tsx';
import { type DataColumn, DataTable } from '../parts/data-table.tsx';
import { linesOf, OfferTable } from '../parts/offer-table.tsx';
import { type Measure, ShareBar, sharesOf } from '../parts/share-bar.tsx';
import { TaskTable } from '../parts/task-table.tsx';
import { links } from '../routes.ts';
import { cpus, duration, memory, number } from '../words.ts';

export function AgentPage({ id }: { readonly id: string }) {
  const { value: agents, failure } = useLive<readonly MesosAgentView[]>('v1/agents');
  const agent = agents?.find(({ agentId }) => agentId === id);
  if (agents === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  if (agent === undefined) {
    return (
      <Notice tone="idle">
        <h1>There is no agent {id}</h1>
        <p>
          It left, or never was. <a href={links.agents}>All agents</a>
        </p>
      </Notice>
    );
  }
  return (
    <>
      <Head agent={agent} />
      {failure !== undefined && <Failure failure={failure} />}
      <Card title="Resources">
        <DataTable columns={resourceColumns} items={resourcesOf(agent)} keyOf={({ title }) => title} />
      </Card>
      <Tasks id={id} />
      <Offers id={id} />
      {agent.places.length > 0 && (
        <Card title="Kept for the next TaskManagers">
          <DataTable columns={placeColumns} items={agent.places} keyOf={({ id: place }) => place} />
        </Card>
      )}
    </>
  );
}

function Head({ agent }: { readonly agent: MesosAgentView }) {
  const { agentId, hostname, domain, attributes, leaving } = agent;
  return (
    <header class="page-head">
      <p class="crumbs">
        <a href={links.agents}>Agents</a>
      </p>
      <div class="title">
        <h1>{hostname}</h1>
        <AgentState agent={agent} />
      </div>
      {leaving !== undefined && (
        <Notice tone="warn">
          It is to be taken away for maintenance from <Moment at={leaving.from} />
          {leaving.forMs === undefined ? '.' : `, for ${duration(leaving.forMs)}.`}
        </Notice>
      )}
      <dl class="facts">
        <Fact name="Id">
          <code>{agentId}</code>
        </Fact>
        {domain !== undefined && (
          <Fact name="Region / zone">
            {domain.region} / {domain.zone}
          </Fact>
        )}
        {Object.entries(attributes).map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
    </header>
  );
}

interface Resource {
  readonly title: string;
  readonly of: Measure;
  readonly words: (value: number) => string;
  readonly agent: MesosAgentView;
}

function resourcesOf(agent: MesosAgentView): readonly Resource[] {
  return [
    { title: 'CPUs', of: 'cpus', words: cpus, agent },
    { title: 'Memory', of: 'memMiB', words: memory, agent },
    { title: 'Disk', of: 'diskMiB', words: memory, agent },
    { title: 'Ports', of: 'ports', words: number, agent },
  ];
}

const unknown = 'not known';
const resourceColumns: readonly DataColumn<Resource>[] = [
  {
    title: 'Resource',
    kind: 'main',
    cell: ({ title, of, words, agent }) => {
      const shares = sharesOf(agent, of);
      return (
        <>
          <strong>{title}</strong>
          {shares !== undefined && <ShareBar label={title} shares={shares} words={words} />}
        </>
      );
    },
  },
  { title: 'Ours', cell: ({ of, words, agent }) => words(agent.ours[of]) },
  { title: "Others'", cell: ({ of, words, agent }) => (agent.others ? words(agent.others[of]) : unknown) },
  { title: 'Free', cell: ({ of, words, agent }) => (agent.free ? words(agent.free[of]) : unknown) },
  { title: 'In all', cell: ({ of, words, agent }) => (agent.total ? words(agent.total[of]) : unknown) },
  {
    title: 'In its last offers',
    cell: ({ of, words, agent }) =>
      agent.offered.map(({ role, resources }) => `${words(resources[of])} (${role})`).join(', ') || 'none came',
  },
];

const placeColumns: readonly DataColumn<MesosAgentView['places'][number]>[] = [
  { title: 'Place', kind: 'main', cell: ({ id }) => <code>{id}</code> },
  { title: 'Of', cell: ({ cluster }) => <a href={links.cluster(cluster)}>{cluster}</a> },
  { title: 'Had last by', cell: ({ task }) => <a href={links.task(task)}>{task}</a> },
  { title: 'Resources', cell: ({ resources }) => `${cpus(resources.cpus)}, ${memory(resources.memMiB)}` },
  { title: 'Given up', cell: ({ releasing }) => releasing ?? 'no' },
];

function Tasks({ id }: { readonly id: string }) {
  const { value: tasks = [] } = useLive<readonly TaskView[]>('v1/tasks');
  const here = tasks.filter(({ agentId }) => agentId === id);
  return (
    <Card title="Our tasks">{here.length === 0 ? <Empty>None.</Empty> : <TaskTable tasks={here} withCluster />}</Card>
  );
}

function Offers({ id }: { readonly id: string }) {
  const { value: rounds = [] } = useLive<readonly OfferRoundView[]>('v1/offers');
  const lines = rounds.flatMap(linesOf).filter(({ offer }) => offer?.agentId === id);
  return (
    <Card title="Its last offers">
      {lines.length === 0 ? <Empty>None among the last rounds.</Empty> : <OfferTable lines={lines} />}
    </Card>
  );
}
