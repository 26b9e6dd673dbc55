/**
 * One run of a task's command. Its parent is a small shell, the shim, which leads a session of its own, outlives the
 * agent, and writes down how the command ended: so a later agent process, which is not its parent, can tell as well.
 *
 * A shell has one number for "exited with 143" and "killed by signal 15". But a shell also says a word on its standard
 * error when a signal ended its child, and the shim's standard error is the file of the status: a word before the
 * number means a signal (bash keeps silent about SIGINT and SIGPIPE; these are then told as exit statuses). It does this
 * without a process of another program: whoever kills the task's tree would kill that one too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessEnd, ProcessRef } from '../model/agent-io.ts';
import { birthOf } from './process-table.ts';

export interface RunPlan {
  readonly sandbox: string;
  readonly statusFile: string;
  /** All that the command gets: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly command: CommandLine;
}

export interface CommandLine {
  readonly file: string;
  readonly argv0: string;
  readonly args: readonly string[];
}

export interface Run {
  readonly process: ProcessRef;
  /** Never rejects; `lost` when the shim was killed before it could write. */
  readonly end: Promise<ProcessEnd>;
  /** This process may end although the run goes on. */
  leave(): void;
}

const adoptedPollMs = 200;

/**
 * Handlers, not ignored signals: a child would inherit the latter. What a shell adds to the environment is taken away
 * again (but bash's `_`). The command gets the task's own standard error.
 */
const shimStart =
  'trap : TERM INT HUP QUIT; status=$1; argv0=$2; shift 2; unset PWD OLDPWD SHLVL; exec 3>&2 2>"$status"; ';
/** What cannot be executed ends with status 1, as Mesos' launcher says it; a shell would say 127. */
const check = 'command -v "$1" >/dev/null 2>&3 || { echo "Failed to execute command: $1" >&3; exit 1; }; ';
const shimEnd = ' printf "status %d\\n" $? >&2';
const plainShim = `${shimStart}(${check}exec "$@" 2>&3 3>&-);${shimEnd}`;
/** Only bash can give a program another argv[0] than its path. */
const namedShim = `${shimStart}(${check}exec -a "$argv0" "$@" 2>&3 3>&-);${shimEnd}`;

export async function startRun(plan: RunPlan): Promise<Run> {
  const { command, sandbox, statusFile } = plan;
  const bash = command.argv0 === command.file ? undefined : ['/bin/bash', '/usr/bin/bash'].find(existsSync);
  const [shell, script] = bash === undefined ? ['/bin/sh', plainShim] : [bash, namedShim];
  const out = openSync(`${sandbox}/stdout`, 'a');
  const err = openSync(`${sandbox}/stderr`, 'a');
  try {
    const shim = spawn(shell, ['-c', script, 'mesos-task', statusFile, command.argv0, command.file, ...command.args], {
      cwd: sandbox,
      env: plan.environment,
      detached: true,
      stdio: ['ignore', out, err],
    });
    await once(shim, 'spawn');
    const { pid } = shim;
    if (pid === undefined) throw new Error('the process has no pid');
    // One that has ended already needs no name any more.
    return {
      process: { pid, birth: birthOf(pid) ?? 'ended' },
      end: endOf(shim, statusFile),
      leave: () => shim.unref(),
    };
  } finally {
    closeSync(out);
    closeSync(err);
  }
}

/** Goes on watching a run that an earlier agent process started. */
export function adoptRun(process: ProcessRef, statusFile: string, signal: AbortSignal): Run {
  return { process, end: pollEnd(process, statusFile, signal), leave: () => undefined };
}

export function isAlive({ pid, birth }: ProcessRef): boolean {
  return birthOf(pid) === birth;
}

async function endOf(shim: ChildProcess, statusFile: string): Promise<ProcessEnd> {
  await once(shim, 'exit');
  return readEnd(statusFile);
}

async function pollEnd(process: ProcessRef, statusFile: string, signal: AbortSignal): Promise<ProcessEnd> {
  while (isAlive(process)) await sleep(adoptedPollMs, undefined, { signal });
  return readEnd(statusFile);
}

export function readEnd(statusFile: string): ProcessEnd {
  if (!existsSync(statusFile)) return { kind: 'lost' };
  const words = readFileSync(statusFile, 'utf8').trimEnd().split('\n');
  const number = /^status (\d+)$/.exec(words.at(-1) ?? '')?.[1];
  if (number === undefined) return { kind: 'lost' };
  const status = Number(number);
  return words.length > 1 && status > 128 ? { kind: 'signaled', signal: status - 128 } : { kind: 'exited', status };
}
