/**
 * All agents in one picture: a cell each, filled from below by what is ours and what is others' of its memory or cpus,
 * in blocks by zone. A cell gets smaller as they get many, so that a thousand fit on a screen. The list below says the
 * same to keyboards and screen readers, for which the picture is one image.
 */
import type { MesosAgentView } from '../../api/views.ts';
import { links } from '../routes.ts';
import { counted } from '../words.ts';
import { sharesOf } from './share-bar.tsx';

interface AgentMapProps {
  readonly agents: readonly MesosAgentView[];
  readonly of: 'cpus' | 'memMiB';
}

const noZone = '';

export function AgentMap({ agents, of }: AgentMapProps) {
  const blocks = [...Map.groupBy(agents, ({ domain }) => (domain ? `${domain.region} / ${domain.zone}` : noZone))].sort(
    ([a], [b]) => a.localeCompare(b),
  );
  const size = agents.length > 2000 ? 'tiny' : agents.length > 300 ? 'small' : 'large';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list below leads to the same pages, by keyboard too
    <div
      class={`agent-map ${size}`}
      role="img"
      aria-label={`${counted(agents.length, 'agent')}, listed below`}
      onClick={({ target }) => {
        const id = target instanceof HTMLElement ? target.dataset.agent : undefined;
        if (id !== undefined) location.hash = links.agent(id);
      }}
    >
      {blocks.map(([zone, those]) => (
        <div key={zone} class="block">
          {(blocks.length > 1 || zone !== noZone) && (
            <h3>
              {zone === noZone ? 'No zone' : zone} <span class="quiet-text">{counted(those.length, 'agent')}</span>
            </h3>
          )}
          <div class="cells">
            {those.map((agent) => (
              <Cell key={agent.agentId} agent={agent} of={of} />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

function Cell({ agent, of }: { readonly agent: MesosAgentView; readonly of: 'cpus' | 'memMiB' }) {
  const { agentId, hostname, tasks, state, leaving } = agent;
  const shares = sharesOf(agent, of);
  const percent = (value: number) => `${Math.round((value / (shares?.total ?? 1)) * 100)}%`;
  const ours = shares === undefined ? '0%' : percent(shares.ours);
  const used = shares === undefined ? '0%' : percent(shares.ours + shares.others);
  const mark = leaving !== undefined || (state !== undefined && state !== 'active') ? 'marked' : '';
  const said = [hostname, counted(tasks.length, 'task'), state, leaving && 'leaving'].filter(Boolean).join(', ');
  return (
    <span
      class={`cell ${mark} ${tasks.length > 0 ? 'with-tasks' : ''}`}
      data-agent={agentId}
      title={said}
      style={{ '--ours': ours, '--used': used }}
    />
  );
}
