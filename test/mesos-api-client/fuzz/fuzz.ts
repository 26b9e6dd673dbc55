/**
 * A fuzzer of everything that the client reads from others. It takes a seed of the corpus, changes it, cuts it anyhow, and
 * has it read. Whatever comes in: the stream ends, by a MesosError; every event before that has what its type requires
 * and can be written again; views of it never throw; and nothing is held that is longer than the limit.
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { createRandom, type Random } from '../../../src/lib/random.ts';
import { MesosError } from '../../../src/mesos-api-client/mesos-error.ts';
import { parseLocation } from '../../../src/mesos-api-client/protocol/addresses.ts';
import { type Parsed, parseMasterEvent, parseSchedulerEvent } from '../../../src/mesos-api-client/protocol/events.ts';
import { parseExact, stringifyExact } from '../../../src/mesos-api-client/protocol/int64.ts';
import { leaderOf, readLeader } from '../../../src/mesos-api-client/protocol/leader-node.ts';
import { createMasterView } from '../../../src/mesos-api-client/protocol/master-view.ts';
import type { MasterEvent } from '../../../src/mesos-api-client/protocol/operator.ts';
import { add, subtract } from '../../../src/mesos-api-client/protocol/resources.ts';
import type { SchedulerEvent } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import { openRecordStream } from '../../../src/mesos-api-client/record-stream.ts';
import { parseServiceAccount } from '../../../src/mesos-api-client/service-account.ts';
import type { Seed } from './corpus.ts';
import { below, cutAnyhow, mutated } from './mutate.ts';

const maxRecordBytes = 8_192;

/** One round decides everything by its seed; throws what does not hold, with the input. */
export async function fuzzRound(seed: number, corpus: readonly Seed[]): Promise<void> {
  const random = createRandom(seed);
  const bytes = mutated(random, corpus);
  try {
    await (random.next() < 0.5 ? readAsScheduler(random, bytes) : readAsOperator(random, bytes));
    readTexts(bytes.toString('utf8'));
  } catch (error) {
    throw new Error(`seed ${seed}, input ${bytes.toString('base64')}`, { cause: error });
  }
}

async function readAsScheduler(random: Random, bytes: Buffer): Promise<void> {
  await read(random, bytes, parseSchedulerEvent, (event: SchedulerEvent) => {
    if (event.type !== 'OFFERS') return;
    for (const { resources = [] } of event.offers.offers ?? []) subtract(add(resources, resources), resources);
  });
}

async function readAsOperator(random: Random, bytes: Buffer): Promise<void> {
  const view = createMasterView();
  await read(random, bytes, parseMasterEvent, (event: MasterEvent) => view.apply(event));
}

async function read<Event extends { readonly type: string }>(
  random: Random,
  bytes: Buffer,
  parse: (record: string) => Parsed<Event>,
  use: (event: Event) => void,
): Promise<void> {
  let released = 0;
  const { messages } = openRecordStream({
    master: 'fuzz',
    body: Readable.from(cutAnyhow(random, bytes), { objectMode: true, highWaterMark: 1 + below(random, 4) }),
    parse,
    maxRecordBytes,
    release: () => {
      released += 1;
    },
  });
  try {
    for await (const event of messages()) {
      assert.equal(typeof event.type, 'string');
      const written = stringifyExact(event);
      assert.equal(stringifyExact(parseExact(written)), written);
      use(event);
    }
    assert.fail('a stream ends by throwing');
  } catch (error) {
    assert.ok(error instanceof MesosError, error instanceof Error ? error : String(error));
    assert.ok(error.code === 'closed' || error.code === 'protocol', error.code);
    assert.ok(error.message.length < 2_000, 'a message for people');
  }
  assert.equal(released, 1);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted') || 'polluted' in {}, false);
}

/** What else is read from masters, ZooKeeper and files. */
function readTexts(text: string): void {
  const address = parseLocation(text);
  assert.ok(address === undefined || URL.canParse(`http://${address}`));
  leaderOf(text.split(/[",]/));
  readLeader('json.info_0000000001', text);
  assert.throws(() => parseServiceAccount(text), SyntaxError);
}
