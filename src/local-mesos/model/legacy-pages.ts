/**
 * The older pages of a master, one for each part of /state, as dashboards and command lines read them: /slaves, /frameworks,
 * /tasks, /roles, /quota, /weights, /state-summary, /maintenance/schedule and /maintenance/status.
 */
import _ from 'lodash';
import { viewQuota } from './allocation/quota.ts';
import { legacyRoles } from './allocation/roles-view.ts';
import { viewWeights } from './allocation/weights.ts';
import { viewSchedule, viewStatus } from './maintenance/machines.ts';
import type { MasterState, Task } from './master-state.ts';
import { legacyAgent, legacyAgentInFull, legacyFramework, legacyRecovered, legacyTask } from './state-view.ts';

type Page = (master: MasterState, query: URLSearchParams) => unknown;

/** Undefined for a path that is none of them. */
export function legacyPage(master: MasterState, path: string, query: URLSearchParams): unknown {
  return Object.hasOwn(pages, path) ? pages[path]?.(master, query) : undefined;
}

export function isLegacyPage(path: string): boolean {
  return Object.hasOwn(pages, path);
}

const pages: Readonly<Record<string, Page>> = {
  '/slaves': (master, query) => {
    const wanted = query.get('slave_id');
    const isWanted = (id: string) => wanted === null || wanted === id;
    return {
      slaves: [...master.agents.values()]
        .filter(({ id }) => isWanted(id))
        .map((agent) => legacyAgentInFull(master, agent)),
      recovered_slaves: legacyRecovered(master).filter(({ id }) => isWanted(id)),
    };
  },
  '/frameworks': (master, query) => {
    const wanted = query.get('framework_id');
    const isWanted = ({ id }: { readonly id: string }) => wanted === null || wanted === id;
    return {
      frameworks: [...master.frameworks.values()].filter(isWanted).map(legacyFramework),
      completed_frameworks: [...master.completedFrameworks.values()].filter(isWanted).map(legacyFramework),
      unregistered_frameworks: [],
    };
  },
  '/tasks': (master, query) => ({ tasks: tasksOf(master, query).map(legacyTask) }),
  '/roles': legacyRoles,
  '/quota': (master) => _.omitBy(viewQuota(master), (list) => list.length === 0),
  '/weights': viewWeights,
  '/state-summary': summary,
  '/maintenance/schedule': viewSchedule,
  '/maintenance/status': viewStatus,
};

/** By default the newest hundred, newest first. */
function tasksOf(master: MasterState, query: URLSearchParams): Task[] {
  const all = [...master.frameworks.values(), ...master.completedFrameworks.values()].flatMap((framework) => [
    ...framework.tasks.values(),
    ...framework.unreachableTasks.values(),
    ...framework.completedTasks,
  ]);
  const framework = query.get('framework_id');
  const task = query.get('task_id');
  const wanted = all.filter(
    ({ frameworkId, id }) => (framework ?? frameworkId) === frameworkId && (task === null || task === (id as string)),
  );
  const sign = query.get('order') === 'asc' ? 1 : -1;
  const sorted = wanted.sort((left, right) => sign * (since(left) - since(right)));
  const offset = wholeNumber(query.get('offset'), 0);
  return sorted.slice(offset, offset + wholeNumber(query.get('limit'), 100));
}

function since({ statuses }: Task): number {
  return statuses[0]?.timestamp ?? Number.MAX_SAFE_INTEGER;
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : otherwise;
}

const countedStates = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_KILLED',
  'TASK_FAILED',
  'TASK_LOST',
  'TASK_ERROR',
  'TASK_UNREACHABLE',
] as const;

const factsOfSummary = [
  ...(['id', 'name', 'used_resources', 'offered_resources', 'capabilities', 'hostname', 'webui_url'] as const),
  ...(['active', 'connected', 'recovered', 'registered_time'] as const),
] as const;

/** Counts instead of tasks. */
function summary(master: MasterState) {
  const frameworks = [...master.frameworks.values()];
  const tasks = frameworks.flatMap((each) => [
    ...each.tasks.values(),
    ...each.unreachableTasks.values(),
    ...each.completedTasks,
  ]);
  const byAgent = Map.groupBy(tasks, ({ agentId }) => agentId);
  const byFramework = Map.groupBy(tasks, ({ frameworkId }) => frameworkId);
  return {
    hostname: master.options.hostname,
    slaves: [...master.agents.values()].map((agent) => {
      const here = byAgent.get(agent.id) ?? [];
      const ids = [...new Set(here.map(({ frameworkId }) => frameworkId))];
      return { ...legacyAgent(master, agent), ...counts(here), framework_ids: ids };
    }),
    frameworks: frameworks.map((framework) => {
      const theirs = byFramework.get(framework.id) ?? [];
      const facts = _.pick(legacyFramework(framework), factsOfSummary);
      return { ...facts, ...counts(theirs), slave_ids: [...new Set(theirs.map(({ agentId }) => agentId))] };
    }),
  };
}

function counts(tasks: readonly Task[]): Record<string, number> {
  return Object.fromEntries(countedStates.map((state) => [state, tasks.filter((each) => each.state === state).length]));
}
