/** Which exchanges are played, what they show, and what of each is not compared. */
import type { Rule } from './compare.ts';
import { type PlayOptions, play } from './player.ts';
import { readRecording } from './recording.ts';
import { openStage } from './stage.ts';

export interface Played extends PlayOptions {
  readonly name: string;
  readonly ids: readonly string[];
  /** Seconds of the recording in one of ours, at most. Less than the default where tasks take time that no event tells of. */
  readonly pace?: number;
}

function recorded(name: string, ids: string, options: PlayOptions & Pick<Played, 'pace'> = {}): Played {
  return { name, ids: ids.split(' '), ...options };
}

const anyAmounts: Rule = {
  where: /OFFERS \.offers\.offers\.\d+\.resources[.:]|\.OFFERS: nothing/,
  reason: 'which tasks had ended when a batch came was chance, so the amounts that were offered were too',
};

/** Ours is back at once, a real agent after two seconds: what ended tasks give back comes in other batches. */
const otherBatches: readonly Rule[] = [
  anyAmounts,
  {
    where: /^a1 \.OFFERS: nothing/,
    reason: 'an agent of ours is back at once, so what is freed comes in more batches',
  },
];

const soonerFreed: readonly Rule[] = [
  anyAmounts,
  {
    where: /^a1 \.(OFFERS|RESCIND of \S+): nothing|^\S+ a1 OFFERS : .* undefined$/,
    reason: 'Mesos sees the end of a process some tenths of a second later: what was freed comes in other batches',
  },
];

const notOurMetrics: Rule = {
  where:
    /\.json\.(allocator|registrar|system|master|slave|containerizer|gc|resource_provider_manager)\/\S+: \S+ \| undefined$|get_metrics\.metrics:/,
  reason:
    'metrics of what is inside of a Mesos master or agent (allocator, registrar, queues, containerizers) and of what frameworks’ operations came to are left out',
};

const ofTheAgentsMachine: readonly Rule[] = [
  { where: /statistics\.\w+:/, reason: 'what processes use is measured' },
  { where: /\.(mtime|size):/, reason: 'sizes and times of files' },
  {
    where: /unreserved_resources_allocated\.\w+:|slave\/((cpus|mem)_(used|percent)|executors_terminated):/,
    reason: 'agents of ours do not count the 0.1 cpus and 32 MB that Mesos’ own executor has beside a task',
  },
  { where: /\.master_hostname:/, reason: 'agents of ours do not resolve the name of their master' },
];

const wordsOfTheParser: Rule = {
  where: /Failed to parse body into JSON:/,
  reason: 'where the text stops being JSON is said in the words of the parser',
};

const noUpdateOfUnreachable: Rule = {
  where: /unreachable_tasks\.\d+\.status_update_(state|uuid):/,
  reason: 'GET_TASKS does not show the last update of unreachable tasks',
};

/** A few seconds each: played by the tests of this directory. */
export const shortRecordings: readonly Played[] = [
  recorded('launch-kill', 'LM-14 LM-29 LM-42'),
  recorded('accept-two-offers', 'LM-20'),
  recorded('stream-cut', 'LM-13 LM-58'),
  recorded('second-subscribe', 'LM-11 LM-12'),
  recorded('teardown', 'LM-10 LM-61'),
  recorded('subscribe-unknown-id', 'LM-9'),
  recorded('authentication', 'LM-17'),
  recorded('mark-agent-gone', 'LM-64'),
  recorded('keep-alive', 'MA-3 MA-4 LM-14'),
  recorded('message-executor', 'MA-58 LM-68'),
];

/** Up to a minute each, most of it waiting: played beside the conformance suite. */
export const longRecordings: readonly Played[] = [
  recorded('subscribe-heartbeat', 'LM-6'),
  recorded('update-retry', 'LM-30 LM-31 LM-32 LM-52'),
  recorded('accept-bad-offers', 'LM-35 LM-36 LM-37'),
  recorded('partial-use', 'LM-20 LM-22'),
  recorded('decline-filter', 'LM-21 LM-22 LM-37'),
  recorded('suppress-revive', 'LM-23 LM-24'),
  recorded('failover-timeout', 'LM-10 LM-58 LM-59'),
  recorded('update-framework', 'LM-26'),
  recorded('kill-policy', 'LM-42 LM-43'),
  recorded('launch-group', 'MA-58 LM-29 LM-38', {
    allowed: [
      anyAmounts,
      {
        where: /OFFERS (\.offers\.offers\.\d+\.executor_ids)?:/,
        reason: 'whether its executor had ended when a batch came was chance',
      },
      {
        where: /UPDATE of b1 .*message: (.+ required by task group and its executor are more than available) .* \| \1 /,
        reason: 'what was offered when it asked hung on whether another executor had ended',
      },
      {
        where: /UPDATE of (g2|k2|s1) \.update\.status\.container_status\.network_infos:/,
        reason: 'a container that came to life while its STARTING was written was described already',
      },
      {
        where: /response 23 .*\.(resource_statistics|container_status)/,
        reason: 'the default executor is no process here, so it has no pid and uses nothing itself',
      },
    ],
  }),
  recorded('two-frameworks', 'LM-22 LM-25'),
  recorded('exit-codes', 'LM-33 LM-39 LM-48 LM-69', { allowed: [anyAmounts] }),
  recorded('subscribe-errors', 'MA-21 MA-22 LM-7 LM-8'),
  recorded('http-errors', 'LM-1 LM-2 LM-3 LM-4 LM-5 LM-12 LM-13 LM-14 LM-15 LM-16', {
    allowed: [
      wordsOfTheParser,
      { where: /response 36|s36/, reason: 'the operators’ event stream has recordings of its own' },
    ],
  }),
  recorded('drain-grace', 'MA-57 LM-63', {
    pace: 1,
    allowed: [
      {
        where: /\[7\.991\] a1 UPDATE of a-t \.update\.status\.container_status: undefined/,
        reason: 'ours says where the task ran also when the operator gave it up',
      },
    ],
  }),
  recorded('launch-lost', 'MA-30 MA-44 LM-57', { allowed: otherBatches }),
  recorded('agent-restart', 'MA-33 MA-58 LM-32 LM-62', { allowed: otherBatches }),
  recorded('reconcile-partition-aware', 'MA-29 MA-37 MA-38 LM-34 LM-45 LM-46 LM-50 LM-51', {
    allowed: [noUpdateOfUnreachable],
  }),
  recorded('partition', 'MA-35 MA-45 MA-46 MA-58 LM-54 LM-55 LM-56', {
    allowed: [
      noUpdateOfUnreachable,
      {
        where: /response 26 \.json\.get_tasks\.\w+\.\d+\.statuses:/,
        reason: 'GET_TASKS keeps other statuses of tasks that came back',
      },
    ],
  }),
  recorded('quota', 'MA-49 LM-25'),
  recorded('reconcile-not-aware', 'MA-29 MA-37 MA-38 LM-34 LM-45 LM-46 LM-50 LM-51', {
    allowed: [noUpdateOfUnreachable],
  }),
  recorded('task-invalid', 'MA-26 LM-38 LM-39 LM-40 LM-41'),
  recorded('health-checks', 'LM-49', {
    pace: 1,
    allowed: [anyAmounts, { where: /get_tasks\.tasks\.[24]\./, reason: 'these are the tasks that are left out' }],
    leftOut: [
      { task: 'cmd-turns', reason: 'how often it fails before it turns healthy is chance' },
      { task: 'check-tcp', reason: 'whether its server is up at the first look is chance' },
    ],
  }),
  recorded('rescind-agent-lost', 'MA-24 MA-58 LM-28'),
  recorded('agent-killed-and-back', 'MA-35 MA-41 LM-54 LM-55 LM-62'),
  recorded('no-checkpoint', 'LM-60'),
  recorded('offers', 'MA-52 MA-53 LM-20 LM-27 LM-36', {
    allowed: [{ where: /^\[2\.576\] b1 OFFERS/, reason: 'which agent was allocated first, to which role, was chance' }],
  }),
  recorded('offer-timeout', 'MA-24'),
  recorded('drain-agent', 'MA-55 MA-57 MA-68 LM-63', {
    allowed: [
      {
        where: /^\[25\.978\] a1 UPDATE of t1|^a1 \.UPDATE of t1: nothing/,
        reason:
          'the task ends here before its agent has gone, so its end is told too: how fast a process ends is chance',
      },
    ],
  }),
  recorded('maintenance', 'MA-55 MA-56 MA-68 LM-65', {
    offersApart: 'which agents are offered in one event is chance: each is allocated by itself',
  }),
  recorded('reserve-operations', 'MA-52 MA-68'),
  recorded('kill-policy-http-executor', 'MA-36 LM-43 LM-63', { allowed: soonerFreed }),
  recorded('utf8-gzip', 'MA-5 MA-6 LM-7'),
  recorded('operator-subscribe', 'MA-67 LM-71', {
    allowed: [
      anyAmounts,
      {
        where: /^\[18\.082\] a1 OFFERS|^a1 \.OFFERS: nothing/,
        reason: 'which agent was free when a batch came was chance',
      },
      {
        where: /^\[17\.794\] op1 operators of fail \.task_updated\.state:/,
        reason: 'the task ends here before its first update is passed on, so its newest state is another one',
      },
      { where: /agent_added\.agent\.agent_info\.checkpoint:/, reason: 'told of agents that return, too' },
    ],
  }),
  recorded('master-restart', 'MA-15 MA-38 MA-41 LM-9 LM-19 LM-53', {
    allowed: [
      notOurMetrics,
      { where: /uptime_secs/, reason: 'the time' },
      { where: /messages_reconcile_tasks:/, reason: 'a real master counts one call more than it was sent' },
      {
        where: /^\[1\.386\] response 14 \.json\.recovered_slaves:/,
        reason: 'ours has read its registry before it answers',
      },
    ],
  }),
  recorded('operator-get', 'MA-67 LM-72', {
    allowed: [notOurMetrics, wordsOfTheParser, ...ofTheAgentsMachine],
  }),
  recorded('legacy-endpoints', 'LM-18 LM-72', {
    allowed: [
      notOurMetrics,
      ...ofTheAgentsMachine,
      { where: /response 15 /, reason: 'which of two tasks began first was chance' },
      { where: /uptime_secs|load_|_bytes|(json\.|system\/)cpus_total:/, reason: 'the time, and the machine' },
      { where: /response (30|32|34) /, reason: 'there are no pages for people, and no levels of logging' },
      {
        where: /response 39 \.(text|headers\.content-type):/,
        reason: 'answers as scripts (jsonp) are left out: any page in a browser could read them',
      },
    ],
  }),
  recorded('agent-files', 'LM-70', {
    allowed: [
      ...ofTheAgentsMachine,
      { where: /\.mode: (-rwxr-xr-x|33261) \| (lrwxrwxrwx|41471)$/, reason: 'a link is told as the link that it is' },
      {
        where: /response (20|48) \.text:/,
        reason: 'what is refused is named as it was asked for, not where it lies on the machine',
      },
      {
        where: /response 26 /,
        reason: 'answers as scripts (jsonp) are left out: any page in a browser could read them',
      },
      { where: /response 5 \.json\./, reason: 'the run of the task stands in a longer text there' },
      { where: /response 63 \.text:/, reason: 'no text is answered for an address that is nobody’s' },
    ],
  }),
  recorded('task-env', 'LM-68 LM-69', {
    allowed: [
      ...soonerFreed,
      { where: /MESOS_NATIVE_(JAVA_)?LIBRARY/, reason: 'there are no native libraries of Mesos' },
      {
        where: /\.data: ((no such line \| )?(total|[d-]rw|parent:)|I1121)/,
        reason: 'sizes, times, and what Mesos’ executor writes',
      },
      { where: /\.(mtime|size):/, reason: 'sizes and times' },
    ],
  }),
];

/**
 * Plays it to an embedded Mesos of its own; the answer is what differed. The tasks are real processes, whose time does not
 * stand still with the play's: what differs once and not again was the machine's doing, and no difference of ours.
 */
export async function replay(recording: Played): Promise<string[]> {
  const differences = await playOnce(recording);
  return differences.length === 0 ? [] : playOnce(recording);
}

async function playOnce({ name, pace = 10, ...options }: Played): Promise<string[]> {
  const recording = readRecording(name);
  const stage = await openStage(recording, pace);
  try {
    return await play(recording, stage, options);
  } finally {
    await stage.close();
  }
}

/** Of the exchanges with a real master that were recorded: what holds those that are not played, or why nothing does yet. */
export const notPlayed: Readonly<Record<string, string>> = {
  'call-type-unknown': 'a real master aborts; ours answers 501: local-mesos/master-replay.test.ts',
  fetcher:
    'the files that its web server gave are not part of the recording; local-mesos/fetcher.test.ts holds each of its cases',
  protobuf:
    'the same events as protobuf records; neither side here speaks it, by measurement (src/mesos-api-client/README.md): 415, local-mesos/master-replay.test.ts',
  'zookeeper-failover':
    'three masters as processes on a ZooKeeper: end-to-end/mesos-masters.test.ts does the same with ours, on a real one',
};
