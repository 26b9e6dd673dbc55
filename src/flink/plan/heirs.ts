/**
 * A TaskManager that takes the place of one that was lost would rather run where that one ran: its files are there, and
 * with local recovery its state too. Each heir has one predecessor, and each predecessor one heir. Who came to its end
 * soon after it had itself come in place of another is not followed there: perhaps the agent is why.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskRecord, TaskSpec } from '../../scheduler/model/task.ts';
import { localState } from '../driver/names.ts';
import type { Planning } from './known-cluster.ts';
import { agentLost } from './lost-agents.ts';

/** After so long it is another need that asks for a TaskManager. */
const REMEMBERED_MS = 10 * 60_000;
const SETTLED_MS = 60_000;
/** Mesos offers within a second or two what has come free. */
const WAIT_MS = 1_000;
/** For the state that is there, rather than read all of it from afar. */
const WAIT_FOR_STATE_MS = 15_000;
/** Of the directories that the others have left, which go. */
const MOST_NAMED = 50;

type Ended = TaskRecord & { readonly life: { readonly phase: 'ended' } };

export interface Heirs {
  /** The task as it is asked for, in place of the next one that has no heir yet. */
  endow(spec: TaskSpec): TaskSpec;
}

export function heirsOf({ draft, tasks }: Planning): Heirs {
  const stateful = draft.record.spec.taskManager.localRecovery !== undefined;
  const ended = tasks.filter(isEnded).filter(({ spec }) => spec.part === 'taskmanager');
  const followed = new Set(tasks.map(predecessorOf));
  const open = ended.filter((task) => isLost(task, draft.now) && !followed.has(task.spec.taskId));
  const before = ended.map(({ spec }) => spec.taskId).filter((id) => !open.some(({ spec }) => spec.taskId === id));
  return {
    endow(spec) {
      const predecessor = open.pop();
      const named = stateful ? stateOf(predecessor, open, before) : {};
      // Most have nothing of their own, and share what was rendered once.
      if (predecessor?.life.placement === undefined) return stateful ? withEnvironment(spec, named) : spec;
      const { agentId } = predecessor.life.placement;
      const gone = predecessor.leaveBy !== undefined || agentLost.has(predecessor.life.end.state);
      const goesBack = !gone && !failedAsHeir(predecessor);
      const prefer = { agentId, forMs: stateful ? WAIT_FOR_STATE_MS : WAIT_MS };
      const heir = withEnvironment(spec, { [localState.successorOf]: predecessor.spec.taskId, ...named });
      return goesBack ? { ...heir, prefer } : heir;
    },
  };
}

/** Whose state it may take, its own predecessor's first, and whose nobody needs any more. */
function stateOf(predecessor: Ended | undefined, open: readonly Ended[], before: readonly TaskId[]) {
  const heritage = [...(predecessor ? [predecessor] : []), ...open].map(({ spec }) => spec.taskId);
  return {
    [localState.heritage]: heritage.slice(0, MOST_NAMED).join(' '),
    [localState.gone]: before.slice(-MOST_NAMED).join(' '),
  };
}

function withEnvironment(spec: TaskSpec, more: Readonly<Record<string, string>>): TaskSpec {
  return { ...spec, process: { ...spec.process, environment: { ...spec.process.environment, ...more } } };
}

function isEnded(task: TaskRecord): task is Ended {
  return task.life.phase === 'ended';
}

function isLost({ life: { end, placement } }: Ended, now: EpochMs): boolean {
  return !end.wanted && placement !== undefined && now - end.at < REMEMBERED_MS;
}

function failedAsHeir(task: Ended): boolean {
  const { end, placement } = task.life;
  return predecessorOf(task) !== undefined && end.at - (placement?.launchedAt ?? 0) < SETTLED_MS;
}

function predecessorOf({ spec }: TaskRecord): string | undefined {
  return spec.process.environment[localState.successorOf];
}
