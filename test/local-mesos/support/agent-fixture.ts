/** An embedded agent in a directory of its own, which is removed; no process may outlive the test. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { AgentOptions } from '../../../src/local-mesos/server/agent-options.ts';
import { startAgent } from '../../../src/local-mesos/server/agent-server.ts';
import { processesUnder } from '../../../src/local-mesos/server/process-tree.ts';
import { agentId, frameworkId } from './agent-model.ts';
import { createScriptedMaster } from './scripted-master.ts';

export function temporaryDirectory(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'flink-mesos-test-'));
  t.teardown(() => {
    const left = processesUnder(directory);
    if (left.length > 0) throw new Error(`processes were left behind: ${JSON.stringify(left)}`);
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export async function agentFixture(t: ExecutionContext, extra: Partial<AgentOptions> = {}, acknowledge = true) {
  const workDir = temporaryDirectory(t);
  const master = createScriptedMaster({ acknowledge });
  const reports: string[] = [];
  const report: AgentOptions['report'] = ({ text }) => void reports.push(text);
  const agent = await startAgent({ workDir, dial: master.dial, report, taskPath: '/usr/bin:/bin', ...extra });
  t.teardown(() => agent.close());
  await agent.registered;
  const sandbox = (id: string) =>
    join(workDir, 'slaves', agentId, 'frameworks', frameworkId, 'executors', id, 'runs', 'latest');
  return {
    workDir,
    master,
    agent,
    reports,
    sandbox,
    read: (id: string, name: string) => readFileSync(join(sandbox(id), name), 'utf8'),
  };
}

/** For what only the file system or the process table can tell. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

export function untilFile(path: string): Promise<void> {
  return until(() => existsSync(path));
}
