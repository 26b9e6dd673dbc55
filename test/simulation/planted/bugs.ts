/**
 * Bugs that were made on purpose, each a few words of the sources replaced by others in a copy. The simulator has to find
 * every one of them: that is what its silence about the sources themselves is worth. What is looked for must stand in its
 * file exactly once; white space does not count.
 */
import { bugsOfUpdates } from './bugs-of-updates.ts';

export interface PlantedBug {
  /** What is wrong with the copy. */
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly instead: string;
  /** What worlds suffer from in which it is looked for; default: what their seeds say. */
  readonly faults?: readonly string[];
  /** So many worlds it may stay hidden in; default 1,000. */
  readonly worlds?: number;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'calls leave before the turn is written down',
    file: 'src/runtime/loop.ts',
    find: 'const failed = await this.#persist(effects); if (failed !== undefined) return failed; if (!this.#over) this.#carryOut(effects);',
    instead:
      'if (!this.#over) this.#carryOut(effects); const failed = await this.#persist(effects); if (failed !== undefined) return failed;',
  },
  {
    name: 'a write that failed is taken for done',
    file: 'src/runtime/loop.ts',
    find: 'if (error instanceof Problem) return error; const why',
    instead: 'if (error instanceof Problem) return undefined; const why',
  },
  {
    name: 'who was deposed goes on speaking',
    file: 'src/runtime/loop.ts',
    find: 'if (persist.length === 0 && calls.length === 0) return undefined;',
    instead: 'if (persist.length === 0) return undefined;',
    worlds: 5_000,
    faults: [
      'a session of ZooKeeper expires',
      'a connection to ZooKeeper is lost',
      'a scheduler is cut off from the masters',
      'the stream breaks',
      'a call is lost before it arrives',
      'a process of a task dies',
    ],
  },
  {
    name: 'a call that failed is sent again',
    file: 'src/runtime/mesos-connection.ts',
    find: 'try { await attempt.stream.call(call); }',
    instead: 'const { stream } = attempt; try { await stream.call(call).catch(() => stream.call(call)); }',
  },
  {
    name: 'timers of the core never fire a second time',
    file: 'src/runtime/timers.ts',
    find: 'pending.get(key)?.(); pending.delete(key);',
    instead: 'if (pending.has(key)) return;',
  },
  {
    name: 'a job is run by whoever took the address',
    file: 'src/runtime/flink-actions.ts',
    find: 'await parts.rest.prove(action.url, action.jobManager); await parts.rest.run(',
    instead: 'await parts.rest.run(',
    faults: [
      'the leading scheduler stands still',
      'a scheduler stands still before a jar is sent',
      'a JobManager dies',
      'a process of a task dies',
    ],
  },
  {
    name: 'a resumed job starts from nothing',
    file: 'src/runtime/flink-actions.ts',
    find: 'return newer(job.lastCheckpoint, found) ?? job.spec?.savepointPath;',
    instead: 'return job.spec?.savepointPath;',
  },
  {
    name: 'a silent master is waited for',
    file: 'src/scheduler/connection-manager/connection-manager.ts',
    find: "this.handle(frame, { kind: 'silent' });",
    instead: '',
  },
  {
    name: 'the framework subscribes without its id',
    file: 'src/scheduler/connection-manager/connection-manager.ts',
    find: 'if (frameworkId === undefined) { const { failover_timeout',
    instead: 'if (frameworkId !== undefined) { const { failover_timeout',
  },
  {
    name: 'the id of the framework is not written down',
    file: 'src/scheduler/connection-manager/connection-manager.ts',
    find: 'this.#persist(frame, { version: 1, frameworkId, registeredAt: frame.at });',
    instead: '',
  },
  {
    name: 'a lost connection is not tried again',
    file: 'src/scheduler/connection-manager/connection-ends.ts',
    find: "{ kind: 'retry-at', at: retryAt }",
    instead: '',
  },
  {
    name: 'reconciliation forgets the agent',
    file: 'src/scheduler/reconciliation-coordinator/reconciliation-coordinator.ts',
    find: '({ task_id: { value: taskId }, agent_id: { value: agentId } })',
    instead: '({ task_id: { value: taskId } })',
  },
  {
    name: 'nothing is reconciled after a subscription',
    file: 'src/scheduler/reconciliation-coordinator/reconciliation-coordinator.ts',
    find: 'const remaining = agentsOf(this.#tasks.launched());',
    instead: 'const remaining = new Map<TaskId, AgentId>();',
  },
  {
    name: 'orphans are left alone',
    file: 'src/scheduler/task-monitor/task-monitor.ts',
    find: 'this.#sendKill(frame, taskId, this.#orphans.get(taskId));',
    instead: '',
  },
  {
    name: 'a task that comes back after its end is left alone',
    file: 'src/scheduler/task-monitor/status-step.ts',
    find: "? kept(record, [{ kind: 'kill-orphan', state }], 'it came back after its end')",
    instead: "? kept(record, [], 'it came back after its end')",
  },
  {
    name: 'a kill is not repeated',
    file: 'src/scheduler/task-monitor/task-monitor.ts',
    find: "frame.setTimer({ kind: 'kill', taskId }, killAgainAt(frame.at, attempt, this.#options.killRetryMs));",
    instead: '',
  },
  {
    name: 'updates are not acknowledged after the first',
    file: 'src/scheduler/task-monitor/task-monitor.ts',
    find: 'if (status.uuid === undefined) {',
    instead: "if (status.uuid === undefined || status.state === 'TASK_KILLED') {",
  },
  {
    name: 'the end of a task is acknowledged and not written down',
    file: 'src/scheduler/task-book.ts',
    find: "frame.persist({ kind: 'put', collection: 'tasks', key: record.spec.taskId, value: record });",
    instead:
      "if (!isEnded(record)) frame.persist({ kind: 'put', collection: 'tasks', key: record.spec.taskId, value: record });",
  },
  {
    name: 'a launch is not written down',
    file: 'src/scheduler/task-book.ts',
    find: "frame.persist({ kind: 'put', collection: 'tasks', key: record.spec.taskId, value: record });",
    instead:
      "if (record.life.phase !== 'launched') frame.persist({ kind: 'put', collection: 'tasks', key: record.spec.taskId, value: record });",
  },
  {
    name: 'tasks that live are forgotten with those that ended',
    file: 'src/scheduler/task-book.ts',
    find: 'if (isEnded(record)) { this.#rememberEnd(record); this.#dropOldest(frame, record.spec.group); }',
    instead: 'this.#rememberEnd(record); this.#dropOldest(frame, record.spec.group);',
  },
  {
    name: 'TASK_FAILED is taken for a passing state',
    file: 'src/scheduler/task-monitor/status-step.ts',
    find: 'if (isTerminal(status.state)) { return terminalStatus(record, status, now); }',
    instead:
      "if (status.state === 'TASK_FAILED') { return ignored(record, 'it may recover'); } if (isTerminal(status.state)) { return terminalStatus(record, status, now); }",
  },
  {
    name: 'ports are given twice',
    file: 'src/scheduler/launch-coordinator/share.ts',
    find: 'return take(free, wanted, (rest) => takePorts(rest, wanted.ports.length, startAt));',
    instead:
      'const share = take(free, wanted, (rest) => takePorts(rest, wanted.ports.length, 0 * startAt)); return share && { ...share, rest: free };',
  },
  {
    name: 'offers that nobody needs are kept',
    file: 'src/scheduler/launch-coordinator/offer-desk.ts',
    find: 'decline(frame, offerIds, refuseMs); } } /** The master took',
    instead: 'if (refuseMs < 0) decline(frame, offerIds, refuseMs); } } /** The master took',
  },
  {
    name: 'offers of a subscription that ended are used',
    file: 'src/scheduler/launch-coordinator/offer-desk.ts',
    find: 'this.#shelf.clear();',
    instead: '',
  },
  {
    name: 'an offer is used and kept',
    file: 'src/scheduler/launch-coordinator/offer-desk.ts',
    find: 'for (const offerId of offerIds) { this.#shelf.take(offerId); } this.flow.refused(role);',
    instead: 'this.flow.refused(role);',
  },
  {
    name: 'nothing is revived when a task waits',
    file: 'src/scheduler/launch-coordinator/offer-flow.ts',
    find: 'this.#suppress(frame, demand); return this.#revive(frame, demand);',
    instead: 'this.#suppress(frame, demand); return [];',
  },
  {
    name: 'the tasks of before the restart are not known',
    file: 'src/runtime/load-records.ts',
    find: 'tasks: sharing(tasks.map(',
    instead: 'tasks: sharing(tasks.slice(0, 0).map(',
  },
  {
    name: 'the epoch is not checked',
    file: 'src/store/zookeeper-store.ts',
    find: "{ kind: 'check', path: this.#at('epoch'), version: this.#epochVersion }, { kind: 'set', path: this.#at('commit'), data: json({ version: LAYOUT, token, journal } satisfies CommitNote), version: this.#commitVersion, },",
    instead:
      "{ kind: 'set', path: this.#at('commit'), data: json({ version: LAYOUT, token, journal } satisfies CommitNote), version: 'any', },",
    faults: [
      'the place of the leader in the election is removed',
      'a process of a task dies',
      'the leading scheduler stands still',
    ],
  },
  {
    name: 'a write whose outcome is unknown is taken for done',
    file: 'src/zookeeper/patience.ts',
    find: "const lost = code === 'disconnected' || code === 'outcome-unknown';",
    instead: "if (code === 'outcome-unknown') return [] as T; const lost = code === 'disconnected';",
    faults: ['a connection to ZooKeeper is lost', 'a process of a task dies'],
  },
  {
    name: 'a candidacy that expired ends the process',
    file: 'src/zookeeper/election.ts',
    find: 'await Promise.race([promise, there.then((present) => (present === undefined ? undefined : promise))]);',
    instead: 'if ((await there) === undefined) return; await promise;',
    faults: ['a session of ZooKeeper expires', 'ZooKeeper is away', 'a connection to ZooKeeper is lost'],
  },
  {
    name: 'the master is looked for once',
    file: 'src/mesos-api-client/detect-masters.ts',
    find: 'this.#again = true; if (!this.#looking)',
    instead: 'this.#again = this.#told === undefined; if (!this.#looking)',
  },
  {
    name: 'a JobManager is replaced while it ends',
    file: 'src/flink/plan/plan-jobmanager.ts',
    find: "if (task !== undefined && task.life.phase !== 'ended') {",
    instead: "if (task !== undefined && task.life.phase !== 'ended' && task.goal.kind === 'run') {",
  },
  {
    name: 'the jobs of a JobManager that ended are forgotten',
    file: 'src/flink/plan/plan-jobmanager.ts',
    find: 'if (current !== undefined) takeJobsFrom(draft, current);',
    instead: '',
  },
  {
    name: 'one TaskManager too few',
    file: 'src/flink/plan/plan-taskmanagers.ts',
    find: 'if (missing > 0) launchMissing(planning, missing, address);',
    instead: 'if (missing > 1) launchMissing(planning, missing, address);',
  },
  {
    name: 'an attempt to submit is not written down',
    file: 'src/flink/plan/plan-jobs.ts',
    find: 'if (job.jobManager !== taskId) draft.changeJob(job.id, { jobManager: taskId, resumed: job.resumed + (again ? 1 : 0) });',
    instead: 'if (again) draft.changeJob(job.id, { resumed: job.resumed + 1 });',
  },
  {
    name: 'an attempt without an answer is never repeated',
    file: 'src/flink/plan/plan-jobs.ts',
    find: 'if (!outcomeIsClear(draft, job, look)) return false; const refusal',
    instead: 'if (outcomeIsClear(draft, job, look) || true) return false; const refusal',
  },
  {
    name: 'a cancellation is forgotten',
    file: 'src/flink/plan/take-command.ts',
    find: "draft.changeJob(id, { goal: 'cancel' });",
    instead: '',
  },
  {
    name: 'a deleted cluster is forgotten before its tasks have ended',
    file: 'src/flink/plan/planner.ts',
    find: "if (!endAll(planning, 'the cluster is deleted')) return draft.frame();",
    instead: "endAll(planning, 'the cluster is deleted');",
  },
  {
    name: 'a clock that was ahead holds launches up',
    file: 'src/flink/plan/back-off.ts',
    find: '&& at > now - FAILURES_COUNT_MS && at <= now',
    instead: '&& at > now - FAILURES_COUNT_MS',
    faults: ['a clock jumps', 'the leading scheduler is killed', 'a process of a task fails', 'a JobManager dies'],
  },
  {
    name: 'Flink is not told that a worker has ended',
    file: 'src/flink/plan/driver-calls.ts',
    find: "if (gone) next = step(next, { kind: 'ended', id, diagnostics: whyEnded(task) }).state;",
    instead: 'void gone;',
  },
  {
    name: 'a worker starts before Flink knows of it',
    file: 'src/flink/plan/plan-workers.ts',
    find: "worker.phase === 'launched' && !present.has(id) ? [worker.wanted] : [],",
    instead: "worker.phase !== 'ended' && worker.phase !== 'releasing' && !present.has(id) ? [worker.wanted] : [],",
  },
  {
    name: 'what a driver says is forgotten',
    file: 'src/flink/plan/driver-calls.ts',
    find: 'draft.change({ driver: { ...driver, state: saveDriverState(state) } });',
    instead: '',
  },
  ...bugsOfUpdates,
  {
    name: 'the wish to uninstall is not written down',
    file: 'src/scheduler/uninstall.ts',
    find: "frame.persist({ kind: 'put', collection: 'framework', key: 'uninstall', value: record });",
    instead: '',
  },
  {
    name: 'what two tasks have in common goes with one of them',
    file: 'src/store/shared-parts.ts',
    find: 'return count === 0 && present ?',
    instead: 'return count <= 1 && present ?',
  },
];
