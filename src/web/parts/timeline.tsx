/** The life of a task: requested, launched, running, ended, with the time each step took. */
import type { TaskView } from '../../api/views.ts';
import { duration, type Tone, toneOf } from '../words.ts';
import { Badge, Moment, Since } from './basics.tsx';

interface Step {
  readonly title: string;
  readonly at?: string;
  readonly tone: Tone;
}

export function Timeline({ task }: { readonly task: TaskView }) {
  const steps = stepsOf(task);
  const reached = steps.filter(({ at }) => at !== undefined);
  return (
    <ol class="timeline">
      {steps.map((step) => {
        const before = reached[reached.indexOf(step) - 1];
        return (
          <li key={step.title} class={step.at === undefined ? 'ahead' : step.tone}>
            <strong>{step.title}</strong>
            {step.at === undefined ? <span class="quiet-text">not yet</span> : <Moment at={step.at} />}
            {step.at !== undefined && before?.at !== undefined && (
              <span class="quiet-text">after {duration(Date.parse(step.at) - Date.parse(before.at))}</span>
            )}
            {step === reached.at(-1) && task.phase !== 'ended' && step.at !== undefined && (
              <span class="quiet-text">
                <Badge state={task.state} /> for <Since at={step.at} />
              </span>
            )}
            {step === reached.at(-1) && task.phase === 'ended' && <Badge state={task.state} />}
          </li>
        );
      })}
    </ol>
  );
}

function stepsOf({ requestedAt, launchedAt, runningAt, endedAt, phase, state }: TaskView): readonly Step[] {
  const steps: readonly Step[] = [
    { title: 'Requested', at: requestedAt, tone: 'good' },
    { title: 'Launched', tone: 'good', ...(launchedAt !== undefined && { at: launchedAt }) },
    { title: 'Running', tone: 'good', ...(runningAt !== undefined && { at: runningAt }) },
    { title: 'Ended', tone: toneOf(state), ...(endedAt !== undefined && { at: endedAt }) },
  ];
  // What an ended task never reached, or what is no more known of it, is not still ahead.
  return phase === 'ended' ? steps.filter(({ at }) => at !== undefined) : steps;
}
