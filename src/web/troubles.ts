/**
 * What is not as it should be, worst first, each in one sentence with the place to look further: the answer to "is all
 * well?". Pure, so that it can be tested without a browser.
 */
import type { ClusterView, InfoView, JobView, TaskView } from '../api/views.ts';
import { links } from './routes.ts';
import { counted, stateWord } from './words.ts';

export interface Trouble {
  readonly tone: 'bad' | 'warn' | 'busy';
  readonly text: string;
  readonly link?: string;
}

export interface Situation {
  readonly info?: InfoView;
  readonly clusters: readonly ClusterView[];
  readonly tasks: readonly TaskView[];
  readonly jobs: readonly JobView[];
}

const rank = { bad: 0, warn: 1, busy: 2 } as const;

export function troublesOf({ info, clusters, tasks, jobs }: Situation): readonly Trouble[] {
  const troubles = [
    ...(info === undefined ? [] : ofMesos(info)),
    ...clusters.flatMap(ofCluster),
    ...ofWaiting(tasks),
    ...jobs.flatMap(ofJob),
  ];
  return troubles.sort((a, b) => rank[a.tone] - rank[b.tone]);
}

/** The connection to Mesos in words. */
export function mesosWords({ mesos }: InfoView): { readonly tone: 'good' | 'warn' | 'bad'; readonly text: string } {
  switch (mesos.state) {
    case 'subscribed':
      return { tone: 'good', text: `Connected to Mesos at ${mesos.master}` };
    case 'connecting':
      return { tone: 'warn', text: `Connecting to Mesos at ${mesos.master} (attempt ${mesos.attempt})` };
    case 'waiting':
      return { tone: 'bad', text: `Mesos cannot be reached: ${mesos.problem.message}` };
    case 'searching':
      return {
        tone: 'bad',
        text: `Looking for the leading Mesos master${mesos.why === undefined ? '' : `: ${mesos.why}`}`,
      };
    case 'standby':
      return { tone: 'warn', text: 'Standing by: another scheduler leads' };
    case 'stopped':
      return { tone: 'bad', text: `The framework has stopped: ${mesos.message}` };
  }
}

/** Why tasks wait, each reason once with the number of tasks. */
export function waitingReasons(
  tasks: readonly TaskView[],
): readonly { readonly why: string; readonly tasks: readonly TaskView[] }[] {
  const byReason = Map.groupBy(
    tasks.filter(({ phase }) => phase === 'waiting'),
    ({ whyWaiting }) => whyWaiting ?? 'no offer has come yet',
  );
  return [...byReason]
    .map(([why, waiting]) => ({ why, tasks: waiting }))
    .sort((a, b) => b.tasks.length - a.tasks.length);
}

function ofMesos(info: InfoView): Trouble[] {
  const { tone, text } = mesosWords(info);
  if (tone !== 'good') return [{ tone, text, link: links.settings }];
  return info.reconciled ? [] : [{ tone: 'busy', text: 'Asking Mesos after each task; some are not answered for yet' }];
}

function ofCluster({ name, phase, waitingFor, application }: ClusterView): Trouble[] {
  if (phase === 'running' && waitingFor === undefined) return [];
  if (phase === 'ended') {
    if (application?.state !== 'FAILED') return [];
    const failure = application.failure === undefined ? '' : `: ${application.failure}`;
    return [
      { tone: 'bad', text: `The application of cluster ${name} has failed${failure}`, link: links.cluster(name) },
    ];
  }
  const why = waitingFor === undefined ? '' : `: waiting for ${waitingFor.replace(/^waiting for /, '')}`;
  const tone = phase === 'recovering' ? 'bad' : phase === 'running' ? 'warn' : 'busy';
  return [{ tone, text: `Cluster ${name} is ${phase}${why}`, link: links.cluster(name) }];
}

function ofWaiting(tasks: readonly TaskView[]): Trouble[] {
  return waitingReasons(tasks).map(({ why, tasks: [first, ...others] }) => ({
    tone: 'warn',
    text: `${counted(others.length + 1, 'task')} ${others.length === 0 ? 'waits' : 'wait'}: ${why}`,
    link: others.length === 0 && first !== undefined ? links.task(first.id) : links.tasks,
  }));
}

function ofJob({ id, name, cluster, state, failure }: JobView): Trouble[] {
  if (!['FAILED', 'FAILING', 'RESTARTING'].includes(state)) return [];
  const why = failure === undefined ? '' : `: ${failure.split('\n', 1)[0]}`;
  const tone = state === 'FAILED' ? 'bad' : 'warn';
  return [
    {
      tone,
      text: `Job ${name ?? id} of ${cluster} is ${stateWord(state)}${why}`,
      link: links.cluster(cluster, 'jobs'),
    },
  ];
}
