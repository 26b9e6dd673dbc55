import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { claimPortBlock } from '../../src/local-mesos/server/port-block.ts';

function directory(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'flink-mesos-ports-'));
  t.teardown(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Not those that other tests' agents claim at the same time. */
const candidates = [20_000, 20_100, 20_200, 20_300];

test.serial('agents at the same time claim blocks apart from each other', async (t) => {
  const blocks = await Promise.all([0, 1, 2].map(() => claimPortBlock(directory(t), candidates)));
  t.is(new Set(blocks.map(({ range }) => range.begin)).size, 3);
  await Promise.all(blocks.map((block) => block.release()));
});

test.serial('an agent that starts again has its block of before, where nobody took it meanwhile', async (t) => {
  const workDir = directory(t);
  const lower = await claimPortBlock(directory(t), candidates);
  const first = await claimPortBlock(workDir, candidates);
  await first.release();
  await lower.release();
  const again = await claimPortBlock(workDir, candidates);
  t.deepEqual(again.range, first.range);
  const other = directory(t);
  await again.release();
  const taker = await claimPortBlock(workDir, candidates);
  const elsewhere = await claimPortBlock(other, candidates);
  t.notDeepEqual(elsewhere.range, taker.range);
  await taker.release();
  await elsewhere.release();
});

test.serial(
  'a block in which somebody listens is not for others: tasks outlive an agent that was killed',
  async (t) => {
    const task = createServer().listen(20_042, '127.0.0.1');
    await once(task, 'listening');
    t.teardown(() => task.close());
    const stranger = await claimPortBlock(directory(t), candidates);
    t.is(stranger.range.begin, 20_101);
    const workDir = directory(t);
    writeFileSync(join(workDir, 'first-port'), '20000');
    const again = await claimPortBlock(workDir, candidates);
    t.is(again.range.begin, 20_001, 'it is that of the agent whose task it is');
    await stranger.release();
    await again.release();
  },
);
