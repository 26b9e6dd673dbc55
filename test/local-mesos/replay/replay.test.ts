/**
 * Exchanges with a real Apache Mesos 1.12.0, played to the embedded one: statuses, headers, and content and order of
 * events are the same. What may differ stands in compare.ts and player.ts, each with its reason; those that take longer
 * are played by the conformance suite.
 */
import test from 'ava';
import { replay, shortRecordings } from './recordings.ts';

for (const recording of shortRecordings) {
  test(`${recording.ids.join(' ')} recorded: ${recording.name}`, async (t) => {
    t.deepEqual(await replay(recording), []);
  });
}
