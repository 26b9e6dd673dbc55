/**
 * The model of an agent (model/agent) with real processes, sandboxes, checkpoints, timers and a link to a master. One
 * input after the other goes through the model; its effects are carried out at once and in order, so checkpoints are on
 * disk before anybody hears of what they hold.
 *
 * Tasks of checkpointing frameworks live on when this process dies, and are taken up again by the next agent on the same
 * work directory. Left out: containers, users other than the agent's own.
 */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { unreachable } from '../../lib/exhaustive.ts';
import type { ExecutorCall } from '../../mesos-api-client/protocol/executor.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { type Agent, type AgentView, createAgent } from '../model/agent.ts';
import type { AgentEffect, AgentExecutor, AgentInput } from '../model/agent-io.ts';
import type { AgentLink } from '../model/agent-protocol.ts';
import { type AgentCheckpoint, openCheckpoint } from './agent-checkpoint.ts';
import { type Dialer, startDialer } from './agent-dialer.ts';
import { limitedContainers, type MemoryWatch, watchMemory } from './agent-memory.ts';
import type { CompleteAgentOptions } from './agent-options.ts';
import { launchOfExecutor, launchOfTask, type PlanParts, parentContainer, planOfTask } from './agent-plans.ts';
import { createProbes, type Probes } from './agent-probes.ts';
import { recoverRuns } from './agent-recovery.ts';
import { createRuns, type Runs } from './agent-runs.ts';
import { type AgentTimers, createTimers } from './agent-timers.ts';
import { createExecutorDesk, type ExecutorDesk } from './executor-desk.ts';
import { createFetcher, type Fetcher } from './fetcher.ts';
import { createNestedContainers, type NestedContainers } from './nested-containers.ts';
import { executorSandboxOf, sandboxOf } from './sandbox.ts';
import { createSandboxCollection, type SandboxCollection, sandboxesInUse } from './sandbox-collection.ts';
import { removeSecrets, removeSecretsBut } from './secret-files.ts';
import { removeVolume } from './volumes.ts';

export interface AgentShell {
  view(): AgentView;
  /** A master has taken this agent. */
  readonly registered: Promise<void>;
  /** The reason for which the master sent this agent away. */
  readonly refused: Promise<string>;
  /** The call of an executor; its answer goes to the response. */
  takeCall(call: ExecutorCall, response: ServerResponse): void;
  readonly nested: NestedContainers;
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
  readonly desk: ExecutorDesk;
  readonly nested: NestedContainers;
  readonly collection: SandboxCollection;
  readonly refuse: (reason: string) => void;
  readonly greet: () => void;
  link: AgentLink | undefined;
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
      ...(options.executorTimes === undefined ? {} : { executorTimes: options.executorTimes }),
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
      statusFile: checkpoint.statusFile,
      report: (report) => take(parts, report),
    }),
    probes: createProbes({ now: options.clock.now, report: (report) => take(parts, report) }),
    memory: options.limitMemory
      ? watchMemory(
          () => limitedContainers(workDir, parts.agent.view()),
          (runId, usedMiB) => take(parts, { at: parts.options.clock.now(), kind: 'over-memory', runId, usedMiB }),
        )
      : undefined,
    nested: createNestedContainers({
      fetcher,
      statusDir: checkpoint.statusDir,
      parentOf: (runId) => parentContainer(planParts(parts), parts.agent.view(), runId),
    }),
    collection: createSandboxCollection({ ...options, inUse: () => sandboxesInUse(workDir, parts.agent.view()) }),
    desk: createExecutorDesk((runId) => take(parts, { at: options.clock.now(), kind: 'executor-silent', runId })),
    refuse: refused.resolve,
    greet: registered.resolve,
    link: undefined,
  };
  recover(parts);
  const dialer = keepLinked(parts);
  return {
    view: parts.agent.view,
    nested: parts.nested,
    registered: registered.promise,
    refused: refused.promise,
    takeCall: (call, response) =>
      parts.desk.serve(response, () => take(parts, { at: options.clock.now(), kind: 'executor-call', call })),
    stop: (keepTasks) => stop(parts, dialer, keepTasks),
  };
}

function take(parts: Parts, input: AgentInput): void {
  for (const effect of parts.agent.step(input)) carryOut(parts, effect);
  if (input.kind === 'ended') parts.nested.endWith(input.runId);
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
    case 'save-executor':
      parts.checkpoint.saveExecutor(effect.executor);
      return;
    case 'forget':
      parts.checkpoint.forget(effect.entry.runId);
      removeSecrets(parts.options.workDir, effect.entry.runId);
      parts.collection.ask();
      return;
    case 'forget-executor':
      parts.checkpoint.forget(effect.executor.runId);
      removeSecrets(parts.options.workDir, effect.executor.runId);
      parts.nested.endWith(effect.executor.runId);
      parts.collection.ask();
      return;
    case 'send':
      parts.link?.send(effect.message);
      return;
    case 'launch':
      parts.runs.launch(launchOfTask(planParts(parts), effect.entry, effect.framework));
      return;
    case 'launch-executor':
      launchExecutor(parts, effect.executor, effect.framework);
      return;
    case 'executor-reply':
      parts.desk.reply(effect);
      return;
    case 'send-to-executor':
      parts.desk.send(effect.runId, effect.event);
      return;
    case 'close-executor':
      parts.desk.close(effect.runId);
      return;
    case 'abandon':
      parts.runs.abandon(effect.runId);
      return;
    case 'probe':
      parts.probes.start(effect.entry, effect.of, planOfTask(planParts(parts), effect.entry, effect.framework));
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
  const known = [
    ...(recovered?.entries ?? []).map(({ entry }) => entry),
    ...(recovered?.executors ?? []).map(({ executor }) => executor),
  ];
  removeSecretsBut(options.workDir, new Set(known.map(({ runId }) => runId)));
  if (recovered === undefined) return;
  const effects = parts.agent.step({ at: options.clock.now(), kind: 'recovered', ...recovered });
  // Before the effects: one of them may be the signal of a kill that was under way.
  for (const { entry, alive } of recovered.entries)
    if (alive && entry.process !== undefined)
      runs.adopt(entry.runId, sandboxOf(options.workDir, recovered.agentId, entry).path, entry.process);
  for (const { executor, alive } of recovered.executors ?? [])
    if (alive && executor.process !== undefined)
      runs.adopt(
        executor.runId,
        executorSandboxOf(options.workDir, recovered.agentId, executor).path,
        executor.process,
      );
  for (const effect of effects) carryOut(parts, effect);
  parts.collection.ask();
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
  parts.desk.closeAll();
  parts.nested.leaveAll();
  await fetcher.close();
  await parts.collection.settled();
  if (!keepTasks) {
    checkpoint.clear();
    removeSecretsBut(parts.options.workDir, new Set());
  }
}

/** The default executor is a container without a process of its own. */
function launchExecutor(parts: Parts, executor: AgentExecutor, framework: FrameworkInfo): void {
  if (executor.type === 'CUSTOM') parts.runs.launch(launchOfExecutor(planParts(parts), executor, framework));
  else parts.runs.makeSandbox(executor.runId, executorSandboxOf(parts.options.workDir, agentIdOf(parts), executor));
}

function planParts(parts: Parts): PlanParts {
  const { options, port, checkpoint } = parts;
  return { options, port, agentId: agentIdOf(parts), statusFile: checkpoint.statusFile };
}

function agentIdOf(parts: Parts): AgentId {
  const { agentId } = parts.agent.view();
  if (agentId === undefined) throw new Error('an agent without an id has no tasks');
  return agentId;
}
