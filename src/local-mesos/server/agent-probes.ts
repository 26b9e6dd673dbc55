/**
 * Carries out the checks of tasks: a command in the task's sandbox and environment, an HTTP request or a connection to a
 * port of this machine, each within its time-out. What it did not learn in time, or not at all, has failed.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { Agent, interceptors, request } from 'undici';
import type { EpochMs } from '../../lib/brand.ts';
import type { CheckInfo, HealthCheck } from '../../mesos-api-client/protocol/checks.ts';
import type { CommandInfo, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentEntry, AgentInput, CheckKind, CheckOutcome, RunId } from '../model/agent-io.ts';
import type { RunPlan } from './process-run.ts';
import { send } from './process-tree.ts';
import { commandLine, commandVariables } from './sandbox-environment.ts';

type ProbeReport = Extract<AgentInput, { kind: 'probed' }>;

export interface ProbesParts {
  readonly now: () => EpochMs;
  readonly report: (report: ProbeReport) => void;
}

export interface Probes {
  start(entry: AgentEntry, of: CheckKind, plan: RunPlan): void;
  /** Ends the probes of one task, or all of them; nothing is reported of them any more. */
  stop(runId?: RunId): Promise<void>;
}

const defaultTimeoutSeconds = 20;
const failed: CheckOutcome = { kind: 'failed' };

export function createProbes(parts: ProbesParts): Probes {
  const underWay = new Map<string, { runId: RunId; abort: AbortController; settled: Promise<void> }>();
  async function run(entry: AgentEntry, of: CheckKind, plan: RunPlan, signal: AbortSignal): Promise<void> {
    const outcome = await probe(entry.info, of, plan, signal);
    underWay.delete(`${of} ${entry.runId}`);
    if (!signal.aborted) parts.report({ at: parts.now(), kind: 'probed', runId: entry.runId, of, outcome });
  }
  return {
    start(entry, of, plan) {
      const name = `${of} ${entry.runId}`;
      if (underWay.has(name)) return;
      const abort = new AbortController();
      underWay.set(name, { runId: entry.runId, abort, settled: run(entry, of, plan, abort.signal) });
    },
    async stop(runId) {
      const meant = [...underWay.values()].filter((each) => runId === undefined || each.runId === runId);
      for (const { abort } of meant) abort.abort();
      await Promise.all(meant.map(({ settled }) => settled));
    },
  };
}

async function probe(
  info: TaskInfo | undefined,
  of: CheckKind,
  plan: RunPlan,
  stopped: AbortSignal,
): Promise<CheckOutcome> {
  const check = of === 'check' ? info?.check : info?.health_check;
  if (check === undefined) return failed;
  const seconds = check.timeout_seconds ?? defaultTimeoutSeconds;
  // Zero is no time-out at all, as in Mesos: the task's own end is one.
  const signal = seconds > 0 ? AbortSignal.any([stopped, AbortSignal.timeout(seconds * 1000)]) : stopped;
  try {
    return await probeOnce(check, plan, signal);
  } catch {
    // Refused, broken, garbled or too late: for a check that is all one.
    return check.tcp === undefined || signal.aborted ? failed : { kind: 'connected', succeeded: false };
  }
}

function probeOnce(check: CheckInfo | HealthCheck, plan: RunPlan, signal: AbortSignal): Promise<CheckOutcome> {
  if (check.http !== undefined) return probeHttp(check.http, signal);
  if (check.tcp !== undefined) return probeTcp(check.tcp.port, signal);
  const given = check.command;
  const command = given !== undefined && 'command' in given ? given.command : given;
  return command === undefined ? Promise.resolve(failed) : probeCommand(command as CommandInfo, plan, signal);
}

async function probeCommand(command: CommandInfo, plan: RunPlan, signal: AbortSignal): Promise<CheckOutcome> {
  const { file, argv0, args } = commandLine(command);
  const output = [openSync(`${plan.sandbox}/stdout`, 'a'), openSync(`${plan.sandbox}/stderr`, 'a')];
  const child = spawn(file, args, {
    argv0,
    cwd: plan.sandbox,
    env: { ...plan.environment, ...commandVariables(command) },
    detached: true,
    stdio: ['ignore', ...output],
  });
  for (const descriptor of output) closeSync(descriptor);
  const stop = () => void (child.pid !== undefined && send(-child.pid, 'SIGKILL'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<CheckOutcome>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => resolve(status === null || signal.aborted ? failed : { kind: 'exited', status }));
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const mostRedirects = 10;

/** As Mesos does it by curl: certificates are not looked at, redirects are followed. */
async function probeHttp(
  { scheme = 'http', port, path = '' }: { scheme?: string; port: number; path?: string },
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: mostRedirects }));
    const answer = await request(`${scheme}://127.0.0.1:${port}${path}`, { dispatcher, signal });
    return { kind: 'answered', status: answer.statusCode };
  } finally {
    await agent.destroy();
  }
}

async function probeTcp(port: number, signal: AbortSignal): Promise<CheckOutcome> {
  const socket = connect({ port, host: '127.0.0.1', signal });
  try {
    return await new Promise<CheckOutcome>((resolve, reject) => {
      socket.once('connect', () => resolve({ kind: 'connected', succeeded: true }));
      socket.once('error', reject);
    });
  } finally {
    socket.destroy();
  }
}
