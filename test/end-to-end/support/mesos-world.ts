/** What the fake scheduler's Mesos looks like: agents in zones, offers and what became of them, how things went over time. */
import type { MesosAgentView, OfferRoundView, TaskWhyView } from '../../../src/dispatcher/why-views.ts';
import type { FakeDispatcher } from '../../api/support/fake-dispatcher.ts';

type Amount = MesosAgentView['ours'];

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const amount = (cpus: number, memMiB: number, ports = 100): Amount => ({ cpus, memMiB, diskMiB: 1024, ports });

/** Every task of the dispatcher lies on one of the agents; others' tasks fill them unevenly. */
export function fillMesos(dispatcher: FakeDispatcher, agents: number): void {
  const byAgent = Map.groupBy(
    dispatcher.tasks().filter(({ phase }) => phase === 'launched'),
    ({ agentId }) => agentId ?? '',
  );
  dispatcher.mesosAgents = Array.from({ length: agents }, (_, n) => {
    const agentId = `0c1f6e2a-S${n}`;
    const tasks = byAgent.get(agentId) ?? [];
    const ours = tasks.reduce(
      (sum, { resources }) => amount(sum.cpus + resources.cpus, sum.memMiB + resources.memMiB, sum.ports + 2),
      amount(0, 0, 0),
    );
    const total = amount(16, 32_768, 1000);
    const others = amount((n * 7) % 8, ((n * 5) % 7) * 2048, 0);
    const free = amount(total.cpus - others.cpus - ours.cpus, total.memMiB - others.memMiB - ours.memMiB, 1000);
    return {
      ...{ agentId, hostname: `agent-${n}.example`, ours, total, others, free, places: [] },
      attributes: { rack: `r${n % 12}`, disk: n % 3 === 0 ? 'ssd' : 'hdd' },
      domain: { region: 'eu', zone: `eu-${(n % 3) + 1}` },
      tasks: tasks.map(({ id, cluster, part }) => ({ id, cluster, part })),
      offered: [{ role: '*', at: minutesAgo(n % 9), resources: free }],
      state: n % 97 === 4 ? 'draining' : 'active',
      ...(n % 50 === 7 && { leaving: { from: minutesAgo(-90), forMs: 3_600_000 } }),
    };
  });
  dispatcher.whys = ['search-taskmanager-2', 'search-taskmanager-3'].map(whyOf);
  dispatcher.rounds = Array.from({ length: 12 }, (_, n) => roundOf(40 - n, n));
  fillSeries(dispatcher);
  dispatcher.reports = { checkpoints: checkpointReport(), exceptions: exceptionReport() };
}

function whyOf(task: string): TaskWhyView {
  return {
    ...{ task, cluster: 'search', part: 'taskmanager', role: '*', requestedAt: minutesAgo(3) },
    wanted: amount(1, 4096, 4),
    state: 'none-fits',
    why: 'of 15 agents: 12 too little memory (wanted 4096, best 3072); 3 rack IS UNIQUE',
    lastOfferAt: minutesAgo(0.2),
    agents: { known: 15, fitting: 0 },
    ruledOut: [
      {
        ...{ reason: 'memory', what: 'too little memory', agents: 12, wanted: 4096, best: 3072 },
        bestAgent: '0c1f6e2a-S3' as never,
      },
      { reason: 'constraint', what: 'rack UNIQUE', agents: 3 },
    ],
  };
}

function roundOf(number: number, n: number): OfferRoundView {
  const came = minutesAgo(n * 0.7);
  const offer = (host: number) => ({
    ...{ offerId: `o-${number}-${host}`, agentId: `0c1f6e2a-S${host}`, hostname: `agent-${host}.example`, role: '*' },
    ...{ resources: amount(8 - (host % 5), 2048 + host * 100), at: came },
  });
  const declined = (host: number) => ({
    ...offer(host),
    ...({ outcome: 'declined', why: 'no task that waits fits: memory', refuseMs: 5000 } as const),
  });
  const first =
    n === 2
      ? { ...offer(1), outcome: 'accepted' as const, tasks: ['payments-taskmanager-1'] }
      : n === 0
        ? { ...offer(1), outcome: 'held' as const, why: 'the master is asked after earlier tasks' }
        : declined(1);
  return {
    ...{ number, at: came, waiting: 2, unlisted: n === 5 ? { declined: 48 } : {} },
    offers: [first, declined(2), declined(3)],
  };
}

function fillSeries({ series }: FakeDispatcher): void {
  const now = Date.now();
  for (let at = now - 3_600_000; at <= now; at += 10_000) {
    const turn = (at - now) / 3_600_000;
    const grown = turn > -0.6 ? 1 : 0.55;
    const busy = 0.5 + 0.3 * Math.sin(turn * 21) + 0.1 * Math.sin(turn * 97);
    series.add(at, {
      ...{ cpus: 24 * grown, memMiB: 45_000 * grown, diskMiB: 0, cpusUsed: 24 * grown * busy },
      ...{ memUsedMiB: 45_000 * grown * (0.55 + 0.1 * busy), tasksWaiting: turn > -0.05 ? 2 : 0 },
      ...{ tasksStarting: 0, tasksRunning: Math.round(9 * grown), slotsAsked: turn > -0.05 ? 2 : 0 },
      ...{ slotsStarting: Math.abs(turn + 0.6) < 0.01 ? 4 : 0, slotsUsed: grown === 1 ? 7 : 4, slotsFree: 2 },
    });
  }
}

function checkpointReport(): object {
  const history = Array.from({ length: 6 }, (_, n) => ({
    ...{ id: 212 - n, status: n === 0 ? 'IN_PROGRESS' : n === 3 ? 'FAILED' : 'COMPLETED', is_savepoint: n === 4 },
    ...{ trigger_timestamp: Date.now() - n * 30_000, end_to_end_duration: 840 + n * 17 },
    ...{ state_size: 48_000_000 + n * 1000, checkpointed_size: 1_200_000 },
    ...(n > 0 && n !== 3 && { external_path: `file:/storage/checkpoints/a1b2/chk-${212 - n}`, discarded: n > 4 }),
    ...(n === 3 && { failure_message: 'Checkpoint expired before completing' }),
  }));
  return {
    counts: { completed: 210, failed: 1, in_progress: 1, restored: 1 },
    summary: {
      end_to_end_duration: { min: 600, avg: 880, max: 2400 },
      state_size: { min: 1, avg: 47_000_000, max: 48_100_000 },
    },
    history,
  };
}

function exceptionReport(): object {
  return {
    exceptionHistory: {
      entries: [
        {
          exceptionName: 'org.apache.flink.util.FlinkException',
          stacktrace:
            'org.apache.flink.util.FlinkException: The TaskExecutor is shutting down.\n\tat org.apache.flink…',
          ...{
            timestamp: Date.now() - 400_000,
            taskName: 'Source: Clicks (2/4)',
            taskManagerId: 'search-taskmanager-0',
          },
        },
      ],
      truncated: false,
    },
  };
}
