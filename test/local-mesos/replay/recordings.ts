/** Which exchanges are played, what they show, and what of each is not compared. */
import type { Rule } from './compare.ts';
import { type PlayOptions, play } from './player.ts';
import { readRecording } from './recording.ts';
import { openStage } from './stage.ts';

export interface Played extends PlayOptions {
  readonly name: string;
  readonly ids: readonly string[];
  /** Why it may be played once more when something differed. */
  readonly again?: string;
}

function recorded(name: string, ids: string, options: PlayOptions & Pick<Played, 'again'> = {}): Played {
  return { name, ids: ids.split(' '), ...options };
}

const pacing = 'a machine that is slow for a moment splits what tasks gave back into other offers than were recorded';

const anyAmounts: Rule = {
  where: /OFFERS \.offers\.offers\.\d+\.resources[.:]|\.OFFERS: nothing/,
  reason: 'which tasks had ended when a batch came was chance, so the amounts that were offered were too',
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
  recorded('two-frameworks', 'LM-22 LM-25'),
  recorded('exit-codes', 'LM-33 LM-39 LM-48 LM-69', { allowed: [anyAmounts], again: pacing }),
  recorded('task-invalid', 'MA-26 LM-38 LM-39 LM-40 LM-41'),
  recorded('health-checks', 'LM-49', {
    allowed: [
      anyAmounts,
      {
        where: /get_tasks\.\w+\.\d+\.health_check:|get_tasks\.tasks\.4\./,
        reason: 'GET_TASKS shows no health checks yet; the fourth task is the one that is left out',
      },
    ],
    leftOut: [{ task: 'cmd-turns', reason: 'how often it fails before it turns healthy is chance' }],
  }),
  recorded('rescind-agent-lost', 'MA-24 MA-58 LM-28'),
  recorded('agent-killed-and-back', 'MA-35 MA-41 LM-54 LM-55 LM-62'),
  recorded('no-checkpoint', 'LM-60'),
];

/** Plays it to an embedded Mesos of its own; the answer is what differed. */
export async function replay(played: Played): Promise<string[]> {
  const differences = await playOnce(played);
  return differences.length > 0 && played.again !== undefined ? playOnce(played) : differences;
}

async function playOnce({ name, ...options }: Played): Promise<string[]> {
  const recording = readRecording(name);
  const stage = await openStage(recording);
  try {
    return await play(recording, stage, options);
  } finally {
    await stage.close();
  }
}
