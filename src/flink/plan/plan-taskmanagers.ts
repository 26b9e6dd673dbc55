/**
 * As many TaskManagers as were asked for, all of the present JobManager. They are launched as soon as its address is known
 * and start while it does.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import { hostOf } from '../../scheduler/model/own-address.ts';
import type { TaskRecord } from '../../scheduler/model/task.ts';
import type { JobManagerAddress } from '../render/render.ts';
import { heirsOf } from './heirs.ts';
import { isLaunched, isWanted, kill, type LaunchedTask, launch, mayLaunch, type Planning } from './known-cluster.ts';
import { keepingAway, releaseLeaving } from './leaving.ts';
import type { FlinkObservation } from './observation.ts';
import { wantedTaskManagers } from './wanted.ts';

type Seen = Extract<FlinkObservation, { kind: 'seen' }>;

/** A TaskManager whose process runs and that the JobManager does not know for so long is replaced. */
const UNREGISTERED_MS = 2 * 60_000;

export function planTaskManagers(planning: Planning, jobManager: LaunchedTask): void {
  const { draft, tasks } = planning;
  const address = addressOf(jobManager);
  const wanted = tasks.filter((task) => task.spec.part === 'taskmanager' && isWanted(task));
  const [good, bad] = divide(wanted, (task) => whyUnfit(planning, task, address));
  for (const [task, why] of bad) kill(planning, task, why);
  const { known, record } = draft;
  const count = wantedTaskManagers(record);
  const requested = [...known.requested.values()].filter((spec) => spec.part === 'taskmanager');
  for (const spec of requested) draft.act({ kind: 'launch', task: spec });
  const staying = releaseLeaving(planning, good, count);
  const missing = count - staying.length - requested.length;
  if (missing > 0) launchMissing(planning, missing, address);
  if (missing < 0) endSome(planning, staying, -missing);
}

export function addressOf({ life: { placement } }: LaunchedTask): JobManagerAddress {
  return { hostname: hostOf(placement), rpcPort: placement.ports.rpc ?? 0 };
}

function endSome(planning: Planning, good: readonly TaskRecord[], count: number): void {
  for (const task of leastUseful(planning, good).slice(0, count)) {
    kill(planning, task, 'the cluster has more TaskManagers than it is to have');
  }
}

function launchMissing(planning: Planning, missing: number, address: JobManagerAddress): void {
  const { draft, renderer } = planning;
  if (!mayLaunch(draft, 'taskmanager')) return;
  const heirs = heirsOf(planning);
  const keptAway = keepingAway(planning);
  for (let launched = 0; launched < missing; launched++) {
    launch(planning, 'taskmanager', (id) => keptAway(heirs.endow(renderer.taskManager(draft.record, id, address))));
  }
}

export function whyUnfit(planning: Planning, task: TaskRecord, address: JobManagerAddress): string | undefined {
  const { JOBMANAGER_HOST: host, JOBMANAGER_PORT: port } = task.spec.process.environment;
  const { draft } = planning;
  const elsewhere = host !== address.hostname || port !== String(address.rpcPort);
  // Where ZooKeeper says who leads, it finds it anywhere.
  if (elsewhere && draft.record.spec.highAvailability === undefined) return 'its JobManager runs elsewhere now';
  const since = draft.known.unregisteredSince.get(task.spec.taskId);
  if (since === undefined) return undefined;
  if (draft.now - since >= UNREGISTERED_MS) return `the JobManager has not known it for ${UNREGISTERED_MS / 1000} s`;
  draft.wakeAt(since + UNREGISTERED_MS);
  return undefined;
}

/** Waiting ones first, then such as do no work yet, then the youngest. */
function leastUseful({ draft }: Planning, tasks: readonly TaskRecord[]): readonly TaskRecord[] {
  const use = (task: TaskRecord) =>
    draft.known.registered.has(task.spec.taskId) ? 2 : task.life.phase === 'waiting' ? 0 : 1;
  return [...tasks].sort((left, right) => use(left) - use(right) || right.requestedAt - left.requestedAt);
}

function divide(
  tasks: readonly TaskRecord[],
  why: (task: TaskRecord) => string | undefined,
): [good: TaskRecord[], bad: [TaskRecord, string][]] {
  const good: TaskRecord[] = [];
  const bad: [TaskRecord, string][] = [];
  for (const task of tasks) {
    const reason = why(task);
    if (reason === undefined) good.push(task);
    else bad.push([task, reason]);
  }
  return [good, bad];
}

/** Compares the running tasks with what the JobManager says of them, and states what is new. */
export function noteRegistrations(planning: Planning): void {
  const { draft, tasks } = planning;
  const { known } = draft;
  const look = known.look;
  const running = tasks.filter(isLaunched).filter((task) => task.spec.part === 'taskmanager' && isWanted(task));
  forgetOthers([known.registered, known.unregisteredSince], running);
  if (look === undefined) return;
  if (look.kind === 'seen') noteEach(planning, running, look);
  else known.unregisteredSince.clear();
  known.inherited = false;
}

function noteEach(planning: Planning, running: readonly LaunchedTask[], look: Seen): void {
  const slots = new Map(look.taskManagers.map(({ id, slots }) => [id, slots]));
  for (const task of running) noteOne(planning, task, slots.get(task.spec.taskId) ?? 0, look.at);
}

/** A TaskManager that is just registering is listed without slots for a moment. */
function noteOne(planning: Planning, task: LaunchedTask, slots: number, at: EpochMs): void {
  const { draft } = planning;
  const { registered, unregisteredSince, inherited } = draft.known;
  const { taskId } = task.spec;
  if (slots === 0) {
    if (task.life.runningAt !== undefined && !unregisteredSince.has(taskId)) unregisteredSince.set(taskId, at);
    return;
  }
  unregisteredSince.delete(taskId);
  if (registered.has(taskId)) return;
  registered.add(taskId);
  if (inherited) return;
  const sinceLaunchMs = at - task.life.placement.launchedAt;
  draft.state({ kind: 'taskmanager.registered', cluster: draft.record.name, taskId, slots, sinceLaunchMs });
}

interface Ids {
  readonly size: number;
  keys(): Iterable<TaskId>;
  delete(id: TaskId): boolean;
}

/** Asked with every update of every task: so the set of thousands is made only where it is needed. */
function forgetOthers(noted: readonly Ids[], tasks: readonly TaskRecord[]): void {
  if (noted.every(({ size }) => size === 0)) return;
  const present = new Set(tasks.map((task) => task.spec.taskId));
  for (const ids of noted) for (const id of [...ids.keys()]) if (!present.has(id)) ids.delete(id);
}
