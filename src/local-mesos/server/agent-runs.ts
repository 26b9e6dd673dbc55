/**
 * The runs of an agent's tasks and executors as its model asks for them: launch (sandbox, fetcher, process), abandon,
 * signal, and the report when one ended. When the command itself has ended, what it left behind is killed before the end
 * is told.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { Uri } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentInput, ProcessRef, RunId } from '../model/agent-io.ts';
import type { Fetcher } from './fetcher.ts';
import { adoptRun, type Run, type RunPlan, startRun } from './process-run.ts';
import { killTree, signalTree } from './process-tree.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';

type RunReport = Extract<AgentInput, { kind: 'started' | 'launch-failed' | 'ended' }>;

export interface RunsParts {
  readonly now: () => EpochMs;
  readonly fetcher: Fetcher;
  readonly statusFile: (runId: RunId) => string;
  readonly report: (report: RunReport) => void;
}

/** What is to run. */
export interface Launch {
  readonly runId: RunId;
  readonly sandbox: Sandbox;
  /** May throw: what cannot be run here is said so. */
  readonly plan: () => RunPlan;
  readonly uris: readonly Uri[];
  readonly user: string;
  /** The container that it is nested in. */
  readonly parent?: RunId;
  /** Puts into a new sandbox what it brings besides its files. */
  readonly prepare: () => void;
}

export interface Runs {
  launch(what: Launch): void;
  /** A container without a process: those that are nested in it wait for it. */
  makeSandbox(runId: RunId, sandbox: Sandbox): void;
  adopt(runId: RunId, sandbox: string, process: ProcessRef): void;
  abandon(runId: RunId): void;
  signal(runId: RunId, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Ends every process, first asking, then by force; resolves when all are gone. */
  endAll(graceMs: number): Promise<void>;
  /** Looks no longer; processes go on. */
  leaveAll(): Promise<void>;
}

interface Live {
  readonly sandbox: string;
  readonly process: ProcessRef;
  readonly leave: () => void;
  readonly gone: Promise<void>;
}

export function createRuns(parts: RunsParts): Runs {
  const launching = new Map<RunId, { abort: AbortController; settled: Promise<void> }>();
  const live = new Map<RunId, Live>();
  const sandboxes = new Map<RunId, Promise<void>>();
  const watching = new AbortController();

  function watch(runId: RunId, sandbox: string, run: Run): void {
    const gone = run.end.then(
      async (end) => {
        await killTree({ process: run.process, sandbox });
        live.delete(runId);
        if (!watching.signal.aborted) parts.report({ at: parts.now(), kind: 'ended', runId, end });
      },
      (error: unknown) => {
        if (!watching.signal.aborted) throw error;
      },
    );
    live.set(runId, { sandbox, process: run.process, leave: run.leave, gone });
  }

  function signal(runId: RunId, name: 'SIGTERM' | 'SIGKILL'): void {
    const run = live.get(runId);
    if (run === undefined) return;
    const root = { process: run.process, sandbox: run.sandbox };
    if (name === 'SIGKILL') void killTree(root);
    else void signalTree(root, name);
  }

  async function endAll(graceMs: number): Promise<void> {
    for (const { abort } of launching.values()) abort.abort();
    await Promise.all([...launching.values()].map(({ settled }) => settled));
    const gone = Promise.all([...live.values()].map((run) => run.gone));
    for (const runId of live.keys()) signal(runId, 'SIGTERM');
    const force = setTimeout(() => {
      for (const runId of live.keys()) signal(runId, 'SIGKILL');
    }, graceMs);
    await gone;
    clearTimeout(force);
  }

  return {
    launch(what) {
      const abort = new AbortController();
      const ready = what.parent === undefined ? undefined : sandboxes.get(what.parent);
      const settled = launch(parts, what, ready, abort.signal, watch).finally(() => launching.delete(what.runId));
      launching.set(what.runId, { abort, settled });
    },
    makeSandbox(runId, sandbox) {
      const made = createSandbox(sandbox);
      sandboxes.set(runId, made);
      // Those that wait for it are told why.
      made.catch(() => undefined).finally(() => setImmediate(() => sandboxes.delete(runId)));
    },
    adopt: (runId, sandbox, process) =>
      watch(runId, sandbox, adoptRun(process, parts.statusFile(runId), watching.signal)),
    abandon: (runId) => launching.get(runId)?.abort.abort(),
    signal,
    endAll,
    async leaveAll() {
      watching.abort();
      for (const { abort } of launching.values()) abort.abort();
      await Promise.all([...launching.values()].map(({ settled }) => settled));
      for (const run of live.values()) run.leave();
    },
  };
}

async function launch(
  parts: RunsParts,
  what: Launch,
  ready: Promise<void> | undefined,
  signal: AbortSignal,
  watch: (runId: RunId, sandbox: string, run: Run) => void,
): Promise<void> {
  const { runId, sandbox, uris, user } = what;
  let run: Run;
  try {
    const plan = what.plan();
    await ready;
    await createSandbox(sandbox);
    what.prepare();
    await parts.fetcher.fetch({ uris, sandbox: sandbox.path, user, runId, signal });
    if (signal.aborted) return;
    run = await startRun(plan);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) parts.report({ at: parts.now(), kind: 'launch-failed', runId, message });
    return;
  }
  watch(runId, sandbox.path, run);
  // Abandoned while it was being started: the model asks for its death when it hears of it.
  parts.report({ at: parts.now(), kind: 'started', runId, process: run.process });
}
