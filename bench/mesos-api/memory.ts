/** What stays in memory while very many events are read: looked at ten times on the way, each time after a collection. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readThroughClient } from './decoding.ts';
import type { Stream } from './events.ts';

export interface Memory {
  readonly events: number;
  /** In MiB, at each look. */
  readonly heap: readonly number[];
  readonly resident: readonly number[];
}

export async function memoryOver(stream: Stream, events: number): Promise<Memory> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const rounds = Math.ceil(events / stream.records.length);
  const [heap, resident]: [number[], number[]] = [[], []];
  const mebibytes = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10;
  function* chunks(): Generator<Buffer> {
    for (let round = 1; round <= rounds; round += 1) {
      yield* stream.chunks;
      if (round % Math.ceil(rounds / 10) !== 0) continue;
      collect();
      const { heapUsed, rss } = process.memoryUsage();
      heap.push(mebibytes(heapUsed));
      resident.push(mebibytes(rss));
    }
  }
  return { events: await readThroughClient(chunks()), heap, resident };
}
