/**
 * The model of an agent (model/agent) with real processes, sandboxes, checkpoints, timers and a link to a master. One
 * input after the other goes through the model; its effects are carried out at once and in order, so checkpoints are on
 * disk before anybody hears of what they hold.
 *
 * Tasks of checkpointing frameworks live on when this process dies, and are taken up again by the next agent on the same
 * work directory. Left out: containers, users other than the agent's own.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { unreachable } from '../../lib/exhaustive.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { type Agent, type AgentView, createAgent } from '../model/agent.ts';
import type { AgentEffect, AgentEntry, AgentInput } from '../model/agent-io.ts';
import type { AgentLink } from '../model/agent-protocol.ts';
import { type AgentCheckpoint, openCheckpoint } from './agent-checkpoint.ts';
import { type Dialer, startDialer } from './agent-dialer.ts';
import { type MemoryWatch, type Watched, watchMemory } from './agent-memory.ts';
import type { CompleteAgentOptions } from './agent-options.ts';
import { createProbes, type Probes } from './agent-probes.ts';
import { recoverRuns } from './agent-recovery.ts';
import { createRuns, type Runs } from './agent-runs.ts';
import { type AgentTimers, createTimers } from './agent-timers.ts';
import { createFetcher, type Fetcher } from './fetcher.ts';
import type { RunPlan } from './process-run.ts';
import { collectSandboxes, sandboxOf } from './sandbox.ts';
import { commandLine, taskEnvironment } from './sandbox-environment.ts';
import { linkVolumes, removeVolume } from './volumes.ts';

export interface AgentShell {
  view(): AgentView;
  /** A master has taken this agent. */
  readonly registered: Promise<void>;
  /** The reason for which the master sent this agent away. */
  readonly refused: Promise<string>;
  stop(keepTasks: boolean): Promise<void>;
}

/** How long tasks may take to end by themselves when the agent is closed. */
const closeGraceMs = 2_000;

interface Parts {
  readonly options: CompleteAgentOptions;
  readonly port: number;
  readonly agent: Agent;
  readonly checkpoint: AgentCheckpoint;
  readonly fetcher: Fetcher;
  readonly timers: AgentTimers;
  readonly runs: Runs;
  readonly probes: Probes;
  readonly memory: MemoryWatch | undefined;
  readonly refuse: (reason: string) => void;
  readonly greet: () => void;
  link: AgentLink | undefined;
  collecting: Promise<void> | undefined;
  collectAgain: boolean;
}

export function createAgentShell(options: CompleteAgentOptions, port: number): AgentShell {
  const refused = Promise.withResolvers<string>();
  const registered = Promise.withResolvers<void>();
  const { hostname, resources, attributes, domain, ip, workDir, httpCommandExecutor = false } = options;
  const place = domain === undefined ? {} : { domain };
  const checkpoint = openCheckpoint(workDir);
  const fetcher = createFetcher({ cacheDir: join(workDir, 'fetch'), cacheLimitBytes: options.cacheLimitBytes });
  const parts: Parts = {
    options,
    port,
    agent: createAgent({
      description: { hostname, port, resources, attributes, ip, ...place },
      ip,
      newUuid: randomUUID,
      httpCommandExecutor,
    }),
    checkpoint,
    fetcher,
    timers: createTimers(
      (timer) => take(parts, { at: parts.options.clock.now(), kind: 'timer', timer }),
      options.clock,
    ),
    runs: createRuns({
      now: options.clock.now,
      fetcher,
      sandboxOf: (entry) => sandboxOf(workDir, agentIdOf(parts), entry),
      plan: (entry, info, framework) => planRun(parts, entry, info, framework),
      prepare: (info, sandbox) => linkVolumes(workDir, sandbox, info.resources ?? []),
      statusFile: checkpoint.statusFile,
      report: (report) => take(parts, report),
    }),
    probes: createProbes({ now: options.clock.now, report: (report) => take(parts, report) }),
    memory: options.limitMemory
      ? watchMemory(
          () => runningTasks(parts),
          (runId, usedMiB) => take(parts, { at: parts.options.clock.now(), kind: 'over-memory', runId, usedMiB }),
        )
      : undefined,
    refuse: refused.resolve,
    greet: registered.resolve,
    link: undefined,
    collecting: undefined,
    collectAgain: false,
  };
  recover(parts);
  const dialer = keepLinked(parts);
  return {
    view: parts.agent.view,
    registered: registered.promise,
    refused: refused.promise,
    stop: (keepTasks) => stop(parts, dialer, keepTasks),
  };
}

function take(parts: Parts, input: AgentInput): void {
  for (const effect of parts.agent.step(input)) carryOut(parts, effect);
  if (input.kind === 'message' && input.message.type === 'REGISTERED') parts.greet();
}

function carryOut(parts: Parts, effect: AgentEffect): void {
  switch (effect.kind) {
    case 'save-agent':
      parts.checkpoint.saveAgent(withoutKind(effect));
      return;
    case 'remove-volume':
      removeVolume(parts.options.workDir, effect.volume);
      return;
    case 'save':
      parts.checkpoint.save(effect.entry);
      return;
    case 'forget':
      parts.checkpoint.forget(effect.entry.runId);
      collect(parts);
      return;
    case 'send':
      parts.link?.send(effect.message);
      return;
    case 'launch':
      parts.runs.launch(effect.entry, effect.framework);
      return;
    case 'abandon':
      parts.runs.abandon(effect.runId);
      return;
    case 'probe':
      if (effect.entry.info !== undefined)
        parts.probes.start(effect.entry, effect.of, planRun(parts, effect.entry, effect.entry.info, effect.framework));
      return;
    case 'signal':
      parts.runs.signal(effect.runId, effect.signal);
      return;
    case 'timer':
      parts.timers.set(effect.timer, effect.at);
      return;
    case 'cancel':
      parts.timers.cancel(effect.timer);
      return;
    case 'shutdown':
      parts.options.report({ level: 'error', text: `the master sent this agent away: ${effect.message}` });
      parts.refuse(effect.message);
      return;
    default:
      unreachable(effect);
  }
}

function withoutKind<Effect extends { readonly kind: string }>({ kind: _kind, ...rest }: Effect) {
  return rest;
}

function recover(parts: Parts): void {
  const { options, checkpoint, runs } = parts;
  const recovered = recoverRuns(options.workDir, checkpoint, options.report);
  if (recovered === undefined) return;
  const effects = parts.agent.step({ at: options.clock.now(), kind: 'recovered', ...recovered });
  // Before the effects: one of them may be the signal of a kill that was under way.
  for (const { entry, alive } of recovered.entries)
    if (alive && entry.process !== undefined) runs.adopt(entry, entry.process);
  for (const effect of effects) carryOut(parts, effect);
  collect(parts);
}

function keepLinked(parts: Parts): Dialer {
  const { dial, report } = parts.options;
  return startDialer({
    dial,
    onLink(link) {
      parts.link = link;
      link.onMessage((message) => take(parts, { at: parts.options.clock.now(), kind: 'message', message }));
      take(parts, { at: parts.options.clock.now(), kind: 'linked' });
    },
    onUnlinked() {
      parts.link = undefined;
      take(parts, { at: parts.options.clock.now(), kind: 'unlinked' });
    },
    onFailure(error) {
      report({ level: 'warn', text: `no link to the master, tried again until there is one: ${String(error)}` });
    },
  });
}

async function stop(parts: Parts, dialer: Dialer, keepTasks: boolean): Promise<void> {
  const { runs, timers, fetcher, checkpoint } = parts;
  // The master hears first that the agent goes: how its tasks end then is no news to any framework.
  if (!keepTasks) take(parts, { at: parts.options.clock.now(), kind: 'stopping' });
  await dialer.close();
  parts.memory?.close();
  await parts.probes.stop();
  if (keepTasks) await runs.leaveAll();
  else await runs.endAll(closeGraceMs);
  timers.cancelAll();
  await fetcher.close();
  await parts.collecting;
  if (!keepTasks) checkpoint.clear();
}

/** One collection at a time; what ends meanwhile asks for one more. */
function collect(parts: Parts): void {
  parts.collectAgain = true;
  parts.collecting ??= collectAll(parts).finally(() => {
    parts.collecting = undefined;
  });
}

async function collectAll(parts: Parts): Promise<void> {
  const { workDir, keepSandboxes, report } = parts.options;
  const isInUse = (sandbox: string) => sandboxesInUse(parts).has(sandbox);
  while (parts.collectAgain) {
    parts.collectAgain = false;
    try {
      await collectSandboxes(workDir, isInUse, keepSandboxes);
    } catch (error) {
      report({ level: 'warn', text: `old sandboxes could not be removed: ${String(error)}` });
    }
  }
}

function runningTasks(parts: Parts): Watched[] {
  const { agentId, entries } = parts.agent.view();
  return entries.flatMap((entry) =>
    agentId === undefined || entry.process === undefined || entry.phase !== 'running' || entry.kill !== undefined
      ? []
      : [{ entry, process: entry.process, sandbox: sandboxOf(parts.options.workDir, agentId, entry) }],
  );
}

function sandboxesInUse(parts: Parts): Set<string> {
  const { agentId, entries } = parts.agent.view();
  if (agentId === undefined) return new Set();
  return new Set(entries.map((entry) => sandboxOf(parts.options.workDir, agentId, entry)));
}

function planRun(parts: Parts, entry: AgentEntry, info: TaskInfo, framework: FrameworkInfo): RunPlan {
  const { options, port, checkpoint } = parts;
  if (info.command === undefined) throw new Error('only tasks with a command can run here');
  const container = info.container?.type;
  if (container !== undefined && container !== 'MESOS') throw new Error(`this agent runs no ${container} containers`);
  const agentId = agentIdOf(parts);
  const sandbox = sandboxOf(options.workDir, agentId, entry);
  const { ip, taskPath } = options;
  return {
    sandbox,
    statusFile: checkpoint.statusFile(entry.runId),
    environment: taskEnvironment(entry, framework, info, { agentId, ip, port, sandbox, taskPath }),
    command: commandLine(info.command),
  };
}

function agentIdOf(parts: Parts): AgentId {
  const { agentId } = parts.agent.view();
  if (agentId === undefined) throw new Error('an agent without an id has no tasks');
  return agentId;
}
