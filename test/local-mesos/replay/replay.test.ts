/**
 * Exchanges with a real Apache Mesos 1.12.0, played to the embedded one: statuses, headers, and content and order of
 * events are the same. What may differ stands in compare.ts and player.ts, each with its reason.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { play, readRecording } from './player.ts';

const recordings: readonly (readonly [name: string, ids: string])[] = [
  ['subscribe-heartbeat', 'LM-6'],
  ['launch-kill', 'LM-14 LM-29 LM-42'],
  ['accept-two-offers', 'LM-20'],
  ['partial-use', 'LM-20 LM-22'],
  ['stream-cut', 'LM-13 LM-58'],
  ['second-subscribe', 'LM-11 LM-12'],
  ['teardown', 'LM-10 LM-61'],
  ['failover-timeout', 'LM-10 LM-58 LM-59'],
  ['subscribe-unknown-id', 'LM-9'],
];

for (const [name, ids] of recordings) {
  test(`${ids} recorded: ${name}`, async (t) => {
    const recording = readRecording(name);
    const workDir = mkdtempSync(join(tmpdir(), 'replay-'));
    const mesos = await startLocalMesos({ workDir, port: 0, agents: recording.agents });
    t.teardown(async () => {
      await mesos.close();
      rmSync(workDir, { recursive: true, force: true });
    });
    t.deepEqual(await play(recording, { host: '127.0.0.1', port: mesos.port }), []);
  });
}
