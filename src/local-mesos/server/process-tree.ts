/**
 * The whole tree of a task: every process of its session or group, every child of one of these, and every process that
 * carries the task's sandbox in its environment, wherever it went (double forks, sessions of their own). Mesos' posix
 * launcher lets the last ones live; we don't.
 *
 * The task's shim (process-run) is its root and is spared: it has to write down how the command ended. Looking through
 * all processes of a machine is the dear part, so all trees that are to be signalled within a moment share one look.
 */
import type { ProcessRef } from '../model/agent-io.ts';
import { environmentOf, listProcesses } from './process-table.ts';

export interface TreeRoot {
  /** Leader of the task's session; it may have ended already. */
  readonly process: ProcessRef;
  readonly sandbox: string;
}

/** The variable that names a task's processes: Mesos sets it in every task. */
const sandboxVariable = 'MESOS_DIRECTORY';

/** How long a wish may wait for others; also what a killed process gets to disappear before the next look. */
const gatherMs = 2;
/** Then something can't be killed (a process in an uninterruptible wait), and nobody is to wait for it for ever. */
const mostRounds = 1_000;

interface Wish {
  readonly root: TreeRoot;
  readonly signal: NodeJS.Signals;
  readonly repeat: boolean;
  rounds: number;
  readonly done: () => void;
}

const wishes: Wish[] = [];

/** Once to everybody who is there. */
export function signalTree(root: TreeRoot, signal: NodeJS.Signals): Promise<void> {
  return wish(root, signal, false);
}

/** Repeated until nobody is left: what forks while it is being killed is found by the next look. */
export function killTree(root: TreeRoot): Promise<void> {
  return wish(root, 'SIGKILL', true);
}

/** The members of each tree, by one look. */
export function treesOf(roots: readonly TreeRoot[]): number[][] {
  const machine = look();
  return roots.map((root) => membersOf(machine, root));
}

/** Processes of tasks whose sandboxes lie under a directory, as `[pid, sandbox]`. */
export function processesUnder(directory: string): [number, string][] {
  return [...look().bySandbox]
    .filter(([sandbox]) => sandbox.startsWith(`${directory}/`))
    .flatMap(([sandbox, pids]) => pids.map((pid): [number, string] => [pid, sandbox]));
}

/** False when it is gone already, or has become another user's (a set-uid program) and out of our reach. */
export function send(pid: number, signal: NodeJS.Signals | number): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

function wish(root: TreeRoot, signal: NodeJS.Signals, repeat: boolean): Promise<void> {
  return new Promise((done) => add({ root, signal, repeat, rounds: 0, done }));
}

function add(one: Wish): void {
  wishes.push(one);
  if (wishes.length === 1) setTimeout(fulfil, gatherMs);
}

function fulfil(): void {
  const machine = look();
  for (const one of wishes.splice(0)) {
    const hit = membersOf(machine, one.root).filter((pid) => send(pid, one.signal)).length;
    one.rounds += 1;
    if (one.repeat && hit > 0 && one.rounds < mostRounds) add(one);
    else one.done();
  }
}

interface Machine {
  readonly births: ReadonlyMap<number, string>;
  readonly bySession: ReadonlyMap<number, number[]>;
  readonly byGroup: ReadonlyMap<number, number[]>;
  readonly byParent: ReadonlyMap<number, number[]>;
  readonly bySandbox: ReadonlyMap<string, number[]>;
}

function look(): Machine {
  const machine = {
    births: new Map<number, string>(),
    bySession: new Map<number, number[]>(),
    byGroup: new Map<number, number[]>(),
    byParent: new Map<number, number[]>(),
    bySandbox: new Map<string, number[]>(),
  };
  for (const { pid, birth, session, group, parent } of listProcesses()) {
    if (pid === process.pid) continue;
    machine.births.set(pid, birth);
    note(machine.bySession, session, pid);
    note(machine.byGroup, group, pid);
    note(machine.byParent, parent, pid);
    const sandbox = environmentOf(pid, sandboxVariable);
    if (sandbox !== undefined) note(machine.bySandbox, sandbox, pid);
  }
  return machine;
}

function note<Key>(index: Map<Key, number[]>, key: Key, pid: number): void {
  const pids = index.get(key);
  if (pids === undefined) index.set(key, [pid]);
  else pids.push(pid);
}

function membersOf(machine: Machine, { process: root, sandbox }: TreeRoot): number[] {
  const members = new Set(machine.bySandbox.get(sandbox));
  const holder = machine.births.get(root.pid);
  // Another process may have got the pid of a root that ended: its session is none of ours.
  if (holder === undefined || holder === root.birth)
    for (const pid of [root.pid, ...(machine.bySession.get(root.pid) ?? []), ...(machine.byGroup.get(root.pid) ?? [])])
      members.add(pid);
  // A set is walked in the order of its growth: children that are added are walked too.
  for (const member of members) for (const child of machine.byParent.get(member) ?? []) members.add(child);
  if (holder === root.birth) members.delete(root.pid);
  return [...members].filter((pid) => machine.births.has(pid));
}
