/** Whether an agent is in use, and when it is to be taken away. */
import type { MesosAgentView } from '../../api/views.ts';
import type { Tone } from '../words.ts';
import { Badge, Moment } from './basics.tsx';

const tones: Readonly<Record<NonNullable<MesosAgentView['state']>, Tone>> = {
  active: 'good',
  inactive: 'bad',
  deactivated: 'warn',
  draining: 'warn',
  drained: 'idle',
  absent: 'bad',
};

export function AgentState({ agent: { state } }: { readonly agent: MesosAgentView }) {
  return state === undefined ? <Badge state="offered" tone="idle" /> : <Badge state={state} tone={tones[state]} />;
}

export function Leaving({ leaving }: { readonly leaving: MesosAgentView['leaving'] }) {
  if (leaving === undefined) return null;
  return (
    <span class="badge warn">
      from <Moment at={leaving.from} />
    </span>
  );
}
