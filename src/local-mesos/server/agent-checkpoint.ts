/**
 * What an agent must know again after a kill -9: its id and, for frameworks that checkpoint, its tasks with their
 * processes and unacknowledged updates. One small file each below `<work_dir>/meta`, replaced by renaming: a process
 * that dies while it writes leaves the old one. They hold the tasks' environments, so nobody else may read them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../lib/problem.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { AgentEntry, AgentExecutor, RunId } from '../model/agent-io.ts';
import type { AgentOperation } from '../model/agent-protocol.ts';

export interface RecoveredAgent {
  readonly agentId: AgentId;
  readonly frameworks: readonly FrameworkInfo[];
  readonly entries: readonly AgentEntry[];
  readonly executors: readonly AgentExecutor[];
  readonly checkpointed?: readonly Resource[];
  readonly operations?: readonly AgentOperation[];
}

export interface AgentCheckpoint {
  load(): RecoveredAgent | undefined;
  saveAgent(agent: Omit<RecoveredAgent, 'entries' | 'executors'>): void;
  save(entry: AgentEntry): void;
  saveExecutor(executor: AgentExecutor): void;
  /** Of a task or an executor. */
  forget(runId: RunId): void;
  /** The agent unregistered: its next start is a new agent. */
  clear(): void;
  statusFile(runId: RunId): string;
  /** Where those of others may lie. */
  readonly statusDir: string;
}

export function openCheckpoint(workDir: string): AgentCheckpoint {
  const meta = join(workDir, 'meta');
  const tasks = join(meta, 'tasks');
  const executors = join(meta, 'executors');
  const agentFile = join(meta, 'agent.json');
  const taskFile = (runId: RunId) => join(tasks, `${runId}.json`);
  const executorFile = (runId: RunId) => join(executors, `${runId}.json`);
  for (const directory of [tasks, executors]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  return {
    load() {
      if (!existsSync(agentFile)) return undefined;
      const agent = readJson(agentFile) as Omit<RecoveredAgent, 'entries' | 'executors'>;
      return {
        ...agent,
        entries: readAll(tasks).map((entry) => entry as AgentEntry),
        executors: readAll(executors).map((executor) => executor as AgentExecutor),
      };
    },
    saveAgent: (agent) => replace(agentFile, agent),
    save: (entry) => replace(taskFile(entry.runId), entry),
    saveExecutor: (executor) => replace(executorFile(executor.runId), executor),
    forget(runId) {
      const status = this.statusFile(runId);
      for (const file of [taskFile(runId), executorFile(runId), status]) rmSync(file, { force: true });
    },
    clear() {
      rmSync(agentFile, { force: true });
      for (const directory of [tasks, executors]) {
        rmSync(directory, { recursive: true, force: true });
        mkdirSync(directory, { recursive: true, mode: 0o700 });
      }
    },
    statusFile: (runId) => join(tasks, `${runId}.status`),
    statusDir: tasks,
  };
}

function replace(file: string, content: unknown): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, JSON.stringify(content), { mode: 0o600 });
  renameSync(fresh, file);
}

function readAll(directory: string): unknown[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return files.map((name) => readJson(join(directory, name)));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Problem('STORE_CORRUPT', `the checkpoint ${file} of the local Mesos agent cannot be read`, { cause });
  }
}
