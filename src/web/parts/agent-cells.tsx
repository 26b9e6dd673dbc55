/** Very many agents at once: a cell each, coloured by the worst state among its tasks. One by one they stand in the tiles. */
import type { TaskView } from '../../api/views.ts';
import { links } from '../routes.ts';
import { counted, stateWord, type Tone, toneOf } from '../words.ts';

interface AgentCellsProps {
  readonly agents: readonly { readonly id: string; readonly name: string; readonly tasks: readonly TaskView[] }[];
}

const worstFirst: readonly Tone[] = ['bad', 'warn', 'busy', 'good'];

export function AgentCells({ agents }: AgentCellsProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tiles and the list of tasks lead to the same, by keyboard too
    <div
      class={`agent-map ${agents.length > 2000 ? 'tiny' : 'small'}`}
      role="img"
      aria-label={inWords(agents)}
      onClick={({ target }) => {
        const id = target instanceof HTMLElement ? target.dataset.agent : undefined;
        if (id !== undefined) location.hash = links.agent(id);
      }}
    >
      <div class="block">
        <div class="cells">
          {agents.map(({ id, name, tasks }) => (
            <span
              key={id}
              class={`cell ${worstOf(tasks)}`}
              data-agent={id}
              title={`${name}: ${counted(tasks.length, 'task')} (${statesOf(tasks)})`}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function worstOf(tasks: readonly TaskView[]): Tone {
  const tones = new Set(tasks.map(({ state }) => toneOf(state)));
  return worstFirst.find((tone) => tones.has(tone)) ?? 'idle';
}

function statesOf(tasks: readonly TaskView[]): string {
  return [...Map.groupBy(tasks, ({ state }) => stateWord(state))]
    .map(([state, { length }]) => `${length} ${state}`)
    .join(', ');
}

function inWords(agents: AgentCellsProps['agents']): string {
  const all = agents.flatMap(({ tasks }) => tasks);
  return `${counted(agents.length, 'agent')} with ${counted(all.length, 'task')}: ${statesOf(all)}`;
}
