/** The life of a task: requested, matched, launched, running, ended, with the time each step took and what came of it. */
import type { FactView, TaskView } from '../../api/views.ts';
import { type LifeStep, lifeOf } from '../life.ts';
import { duration } from '../words.ts';
import { Badge, Moment, Since } from './basics.tsx';

export function Timeline({ task, facts }: { readonly task: TaskView; readonly facts: readonly FactView[] }) {
  const steps = lifeOf(task, facts);
  const reached = steps.filter(({ at }) => at !== undefined);
  return (
    <ol class="timeline">
      {steps.map((step) => (
        <li key={step.title} class={step.at === undefined ? 'ahead' : step.tone}>
          <strong>{step.title}</strong>
          {step.at === undefined ? <span class="quiet-text">not yet</span> : <Moment at={step.at} />}
          <After step={step} before={reached[reached.indexOf(step) - 1]} />
          {step.note !== undefined && <span class="quiet-text">{step.note}</span>}
          {step === reached.at(-1) && step.at !== undefined && <Present task={task} since={step.at} />}
        </li>
      ))}
    </ol>
  );
}

function After({ step, before }: { readonly step: LifeStep; readonly before: LifeStep | undefined }) {
  if (step.at === undefined || before?.at === undefined) return null;
  const tookMs = Date.parse(step.at) - Date.parse(before.at);
  return <span class="quiet-text">{tookMs <= 0 ? 'at once' : `after ${duration(tookMs)}`}</span>;
}

function Present({ task: { phase, state }, since }: { readonly task: TaskView; readonly since: string }) {
  if (phase === 'ended') return <Badge state={state} />;
  return (
    <span class="quiet-text">
      <Badge state={state} /> for <Since at={since} />
    </span>
  );
}
