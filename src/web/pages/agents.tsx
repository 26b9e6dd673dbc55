/** The agents of the Mesos cluster: what of each is ours, others' and free, and which are about to leave. */
import { useMemo, useState } from 'preact/hooks';
import type { InfoView, MesosAgentView } from '../../api/views.ts';
import { useLive } from '../data/session.ts';
import { AgentMap } from '../parts/agent-map.tsx';
import { AgentState, Leaving } from '../parts/agent-state.tsx';
import { Card, Empty, Failure, Notice } from '../parts/basics.tsx';
import { TextField } from '../parts/form.tsx';
import { ShareBar, sharesOf } from '../parts/share-bar.tsx';
import { type Column, VirtualTable } from '../parts/virtual-table.tsx';
import { links } from '../routes.ts';
import { counted, cpus, memory, number, sentence } from '../words.ts';

type Resource = 'cpus' | 'memMiB';

export function AgentsPage() {
  const { value: agents, failure } = useLive<readonly MesosAgentView[]>('v1/agents');
  const { value: info } = useLive<InfoView>('v1/info');
  const [words, setWords] = useState('');
  const [of, setOf] = useState<Resource>('memMiB');
  const shown = useMemo(() => filtered(agents ?? [], words), [agents, words]);
  if (agents === undefined) return failure === undefined ? <Empty>Loading…</Empty> : <Failure failure={failure} />;
  return (
    <>
      <h1>Agents</h1>
      {failure !== undefined && <Failure failure={failure} />}
      {info?.agentsUnknown !== undefined && (
        <Notice tone="warn">
          {sentence(info.agentsUnknown)} What is shown is what offers told; what others hold is not known.
        </Notice>
      )}
      <Card title={counted(agents.length, 'agent')} side={<Choose of={of} choose={setOf} />}>
        {agents.length === 0 ? (
          <Empty>No agent is known. Is there one, and does it offer anything to the role of this scheduler?</Empty>
        ) : (
          <>
            <Sums agents={agents} />
            <AgentMap agents={shown} of={of} />
          </>
        )}
      </Card>
      {agents.length > 0 && (
        <Card title="All agents">
          <div class="filters">
            <TextField
              label="Find agents"
              placeholder="host, id, zone, attribute, state"
              value={words}
              change={setWords}
            />
          </div>
          {shown.length === 0 ? (
            <Empty>No agent matches the filter.</Empty>
          ) : (
            <VirtualTable label="Agents" columns={columns} items={shown} keyOf={({ agentId }) => agentId} />
          )}
        </Card>
      )}
    </>
  );
}

function Choose({ of, choose }: { readonly of: Resource; readonly choose: (of: Resource) => void }) {
  const choices = [
    ['memMiB', 'Memory'],
    ['cpus', 'CPUs'],
  ] as const;
  return (
    <span class="legend quiet-text">
      <span class="square ours" aria-hidden="true" /> ours <span class="square others" aria-hidden="true" /> others'{' '}
      <span class="square free" aria-hidden="true" /> free
      <span class="chips">
        {choices.map(([value, title]) => (
          <button key={value} type="button" class="chip" aria-pressed={of === value} onClick={() => choose(value)}>
            {title}
          </button>
        ))}
      </span>
    </span>
  );
}

function Sums({ agents }: { readonly agents: readonly MesosAgentView[] }) {
  const sum = (of: Resource) =>
    agents.reduce(
      (total, agent) => {
        const shares = sharesOf(agent, of);
        return shares === undefined
          ? total
          : { ours: total.ours + shares.ours, others: total.others + shares.others, total: total.total + shares.total };
      },
      { ours: 0, others: 0, total: 0 },
    );
  const bars = [
    { label: 'Memory', shares: sum('memMiB'), words: memory },
    { label: 'CPUs', shares: sum('cpus'), words: cpus },
  ].filter(({ shares }) => shares.total > 0);
  return (
    <div class="sums">
      {bars.map(({ label, shares, words }) => (
        <div key={label}>
          <p>
            <strong>{label}</strong>{' '}
            <span class="quiet-text">
              {words(shares.ours)} ours, {words(shares.others)} others', {words(free(shares))} free of{' '}
              {words(shares.total)}
            </span>
          </p>
          <ShareBar label={label} shares={shares} words={words} />
        </div>
      ))}
    </div>
  );
}

function free({ ours, others, total }: { readonly ours: number; readonly others: number; readonly total: number }) {
  return Math.max(0, total - ours - others);
}

const columns: readonly Column<MesosAgentView>[] = [
  {
    title: 'Host',
    width: '22%',
    kind: 'main',
    cell: ({ agentId, hostname }) => (
      <a href={links.agent(agentId)} title={agentId}>
        {hostname} <span class="quiet-text">{agentId.split('-').at(-1)}</span>
      </a>
    ),
  },
  { title: 'State', width: '9rem', cell: (agent) => <AgentState agent={agent} /> },
  {
    title: 'Zone and attributes',
    kind: 'tertiary',
    cell: ({ domain, attributes }) => {
      const text = [
        domain && `${domain.region}/${domain.zone}`,
        ...Object.entries(attributes).map(([name, value]) => `${name}:${value}`),
      ].filter(Boolean);
      return <span title={text.join('  ')}>{text.join('  ')}</span>;
    },
  },
  { title: 'Our tasks', width: '6rem', cell: ({ tasks }) => number(tasks.length) },
  { title: 'CPUs', width: '11rem', kind: 'secondary', cell: (agent) => <Bar agent={agent} of="cpus" words={cpus} /> },
  {
    title: 'Memory',
    width: '11rem',
    kind: 'secondary',
    cell: (agent) => <Bar agent={agent} of="memMiB" words={memory} />,
  },
  { title: 'Leaving', width: '10rem', kind: 'secondary', cell: ({ leaving }) => <Leaving leaving={leaving} /> },
];

interface BarProps {
  readonly agent: MesosAgentView;
  readonly of: Resource;
  readonly words: (value: number) => string;
}

function Bar({ agent, of, words }: BarProps) {
  const shares = sharesOf(agent, of);
  if (shares === undefined) return `${words(agent.ours[of])} ours`;
  return (
    <>
      <span class="over-bar">
        {words(free(shares))} free of {words(shares.total)}
      </span>
      <ShareBar label={of === 'cpus' ? 'CPUs' : 'Memory'} shares={shares} words={words} />
    </>
  );
}

function filtered(agents: readonly MesosAgentView[], words: string): readonly MesosAgentView[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ agentId, hostname, domain, attributes, state, leaving }: MesosAgentView) => {
    const named = Object.entries(attributes).map(([name, value]) => `${name}:${value}`);
    const text = [agentId, hostname, domain?.region, domain?.zone, ...named, state, leaving && 'leaving'];
    return wanted.every((word) => text.join(' ').toLowerCase().includes(word));
  };
  return agents
    .filter((agent) => wanted.length === 0 || matches(agent))
    .toSorted((a, b) => a.hostname.localeCompare(b.hostname, 'en', { numeric: true }));
}
