/**
 * The runs of an agent's tasks as its model asks for them: launch (sandbox, fetcher, process), abandon, signal, and the
 * report when one ended. When the command itself has ended, what it left behind is killed before the end is told.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameworkInfo, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentEntry, AgentInput, ProcessRef, RunId } from '../model/agent-io.ts';
import type { Fetcher } from './fetcher.ts';
import { adoptRun, type Run, type RunPlan, startRun } from './process-run.ts';
import { killTree, signalTree } from './process-tree.ts';
import { createSandbox } from './sandbox.ts';

type RunReport = Extract<AgentInput, { kind: 'started' | 'launch-failed' | 'ended' }>;

export interface RunsParts {
  readonly now: () => EpochMs;
  readonly fetcher: Fetcher;
  readonly sandboxOf: (entry: AgentEntry) => string;
  readonly plan: (entry: AgentEntry, info: TaskInfo, framework: FrameworkInfo) => RunPlan;
  /** Puts into a new sandbox what the task brings besides its files. */
  readonly prepare: (info: TaskInfo, sandbox: string) => void;
  readonly statusFile: (runId: RunId) => string;
  readonly report: (report: RunReport) => void;
}

export interface Runs {
  launch(entry: AgentEntry, framework: FrameworkInfo): void;
  adopt(entry: AgentEntry, process: ProcessRef): void;
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
    launch(entry, framework) {
      const abort = new AbortController();
      const settled = launch(parts, entry, framework, abort.signal, watch).finally(() => launching.delete(entry.runId));
      launching.set(entry.runId, { abort, settled });
    },
    adopt: (entry, process) =>
      watch(entry.runId, parts.sandboxOf(entry), adoptRun(process, parts.statusFile(entry.runId), watching.signal)),
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
  entry: AgentEntry,
  framework: FrameworkInfo,
  signal: AbortSignal,
  watch: (runId: RunId, sandbox: string, run: Run) => void,
): Promise<void> {
  const { runId, info } = entry;
  const fail = (message: string) => {
    if (!signal.aborted) parts.report({ at: parts.now(), kind: 'launch-failed', runId, message });
  };
  if (info === undefined) {
    fail('the task has no description');
    return;
  }
  let run: Run;
  let plan: RunPlan;
  try {
    plan = parts.plan(entry, info, framework);
    await createSandbox(plan.sandbox);
    parts.prepare(info, plan.sandbox);
    const user = info.command?.user ?? framework.user;
    await parts.fetcher.fetch({ uris: info.command?.uris ?? [], sandbox: plan.sandbox, user, runId, signal });
    if (signal.aborted) return;
    run = await startRun(plan);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
    return;
  }
  watch(runId, plan.sandbox, run);
  // Abandoned while it was being started: the model asks for its death when it hears of it.
  parts.report({ at: parts.now(), kind: 'started', runId, process: run.process });
}
