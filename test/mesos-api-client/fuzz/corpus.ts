/**
 * What the fuzzer begins with: recorded events and known evils, each as the bytes of a stream. `corpus.jsonl` holds the
 * evils one a line, `{name, text}` or `{name, base64}`; what a run of the fuzzer finds is added there.
 */
import { readFileSync } from 'node:fs';
import { encodeRecord } from '../../../src/mesos-api-client/protocol/recordio.ts';

export interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
}

export function readCorpus(): Seed[] {
  const evils = lines('./corpus.jsonl').map((line): Seed => {
    const { name, text, base64, record } = JSON.parse(line) as Record<string, string>;
    if (record !== undefined) return { name: name ?? '', bytes: encodeRecord(record) };
    return { name: name ?? '', bytes: text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text) };
  });
  const recorded = ['scheduler-events', 'operator-events'].flatMap((file) =>
    lines(`../recorded/${file}.jsonl`).map((line, index) => ({ name: `${file} ${index}`, bytes: encodeRecord(line) })),
  );
  return [...evils, ...recorded];
}

function lines(path: string): string[] {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
    .trim()
    .split('\n');
}
