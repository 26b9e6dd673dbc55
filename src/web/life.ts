/** The steps of a task's life, from its record and from what was told of it. Pure, so that it can be tested without a browser. */
import type { FactView, TaskView } from '../api/views.ts';
import { type Tone, toneOf } from './words.ts';

export interface LifeStep {
  readonly title: string;
  readonly at?: string;
  readonly tone: Tone;
  readonly note?: string;
}

/** `facts`: of this task, in any order. */
export function lifeOf(task: TaskView, facts: readonly FactView[]): readonly LifeStep[] {
  const { requestedAt, launchedAt, runningAt, endedAt, phase, state, hostname, reason } = task;
  const told = (kind: string) => facts.find((fact) => fact.kind === kind);
  const steps: readonly LifeStep[] = [
    step('Requested', requestedAt),
    // An offer that suits is taken in the turn in which it is matched: what lies between is the commit to the store.
    step('Matched', launchedAt, hostname === undefined ? undefined : `to an offer of ${hostname}`),
    step('Launched', told('task.launched')?.at ?? launchedAt),
    ...startingOf(facts),
    step('Running', runningAt),
    ...joinedOf(task, told('taskmanager.registered') ?? told('jobmanager.ready')),
    step('Ended', endedAt, phase === 'ended' ? reason : undefined, toneOf(state)),
  ];
  // What an ended task never reached, or what is no more known of it, is not still ahead.
  return phase === 'ended' ? steps.filter(({ at }) => at !== undefined) : steps;
}

/** Only executors that tell of it pass through it. */
function startingOf(facts: readonly FactView[]): readonly LifeStep[] {
  const starting = facts.find(({ kind, data }) => kind === 'task.updated' && data.state === 'TASK_STARTING');
  return starting === undefined ? [] : [step('Starting', starting.at)];
}

function joinedOf({ part }: TaskView, fact: FactView | undefined): readonly LifeStep[] {
  if (fact === undefined) return [];
  return [
    step(
      part === 'jobmanager' ? 'Answers' : 'Registered',
      fact.at,
      part === 'jobmanager' ? undefined : 'at the JobManager',
    ),
  ];
}

function step(title: string, at: string | undefined, note?: string, tone: Tone = 'good'): LifeStep {
  return { title, tone, ...(at !== undefined && { at }), ...(at !== undefined && note !== undefined && { note }) };
}
