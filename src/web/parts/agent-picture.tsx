/**
 * A cluster agent by agent: a tile for each agent with a square for each of its tasks. Tiles out of sight are not drawn,
 * and an agent with very many tasks says how many more there are. Where the tiles of all agents would not fit on a few
 * screens, a picture of small cells comes first, so that it stays readable at 1,000 agents.
 */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { TaskView } from '../../api/views.ts';
import { links } from '../routes.ts';
import { counted, cpus, memory, number, partWord, stateWord, toneOf } from '../words.ts';
import { AgentCells } from './agent-cells.tsx';
import { Empty } from './basics.tsx';
import { useMeasured } from './use-measured.ts';

const tilePx = { width: 224, height: 92, gap: 10 };
const mostSquares = 24;

interface Agent {
  readonly id: string;
  /** Its host, and the end of its id where several agents share one. */
  readonly name: string;
  readonly tasks: readonly TaskView[];
}

const mostTiles = 60;

export function AgentPicture({ tasks }: { readonly tasks: readonly TaskView[] }) {
  const agents = useMemo(() => agentsOf(tasks), [tasks]);
  const [oneByOne, show] = useState(false);
  if (agents.length === 0) return <Empty>No task runs on an agent at present.</Empty>;
  if (agents.length <= mostTiles) return <Tiles agents={agents} />;
  const choices = [
    { title: `All ${number(agents.length)} at once`, value: false },
    { title: 'One by one', value: true },
  ];
  return (
    <>
      <div class="chips filters">
        {choices.map(({ title, value }) => (
          <button key={title} type="button" class="chip" aria-pressed={value === oneByOne} onClick={() => show(value)}>
            {title}
          </button>
        ))}
      </div>
      {oneByOne ? <Tiles agents={agents} /> : <AgentCells agents={agents} />}
    </>
  );
}

function Tiles({ agents }: { readonly agents: readonly Agent[] }) {
  const frame = useRef<HTMLElement>(null);
  const { width, height, top } = useFrame(frame);
  const columns = Math.max(1, Math.floor((width + tilePx.gap) / (tilePx.width + tilePx.gap)));
  const rowPx = tilePx.height + tilePx.gap;
  const first = Math.max(0, Math.floor(top / rowPx) - 2) * columns;
  const last = (Math.ceil((top + height) / rowPx) + 2) * columns;
  const tileWidth = `calc(${100 / columns}% - ${tilePx.gap}px)`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="agents" ref={frame} tabIndex={0} aria-label="Agents and their tasks">
      <ul style={{ height: `${Math.ceil(agents.length / columns) * rowPx - tilePx.gap}px` }}>
        {agents.slice(first, last).map((agent, at) => (
          <li
            key={agent.id}
            style={{
              top: `${Math.floor((first + at) / columns) * rowPx}px`,
              left: `${((first + at) % columns) * (100 / columns)}%`,
              width: tileWidth,
              height: `${tilePx.height}px`,
            }}
          >
            <Tile agent={agent} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tile({ agent }: { readonly agent: Agent }) {
  const { name, tasks } = agent;
  const held = tasks.reduce(
    (sum, { resources }) => ({ cpus: sum.cpus + resources.cpus, memMiB: sum.memMiB + resources.memMiB }),
    { cpus: 0, memMiB: 0 },
  );
  return (
    <>
      <strong title={name}>{name}</strong>
      <span class="quiet-text">
        {counted(tasks.length, 'task')}, {cpus(held.cpus)}, {memory(held.memMiB)}
      </span>
      <div class="squares">
        {tasks.slice(0, mostSquares).map(({ id, part, state }) => {
          const words = `${partWord(part)} ${id}: ${stateWord(state)}`;
          return (
            <a key={id} class={`${toneOf(state)} ${part}`} href={links.task(id)} title={words}>
              <span class="unseen">{words}</span>
            </a>
          );
        })}
        {tasks.length > mostSquares && <span class="quiet-text">+{tasks.length - mostSquares}</span>}
      </div>
    </>
  );
}

function agentsOf(tasks: readonly TaskView[]): readonly Agent[] {
  const launched = tasks.filter(({ phase }) => phase === 'launched');
  const byAgent = Map.groupBy(launched, ({ agentId, hostname }) => agentId ?? hostname ?? 'unknown');
  const hostOf = (id: string) => byAgent.get(id)?.[0]?.hostname ?? id;
  const onHost = Map.groupBy(byAgent.keys(), hostOf);
  return [...byAgent]
    .map(([id, ofAgent]) => {
      const host = hostOf(id);
      const alone = onHost.get(host)?.length === 1;
      return { id, name: alone ? host : `${host} (${id.split('-').at(-1)})`, tasks: ofAgent };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function useFrame(frame: { readonly current: HTMLElement | null }) {
  const [size, setSize] = useState({ width: 1000, height: 400, top: 0 });
  useMeasured(frame, ({ clientWidth: width, clientHeight: height, scrollTop: top }) => setSize({ width, height, top }));
  return size;
}
