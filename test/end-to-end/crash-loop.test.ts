/** TaskManagers whose JVM ends at once: they are started again less and less often, visibly, and work when the cause is gone. */
import test from 'ava';
import { eventually } from './support/process.ts';
import { exampleJar, startStack } from './support/stack.ts';

test.serial('a crash loop is braked, and says so', async (t) => {
  const { version } = await exampleJar();
  const stack = await startStack({ scheduler: ['--flink-version', version], agents: 1 });
  t.teardown(() => stack.close());
  await stack.api.send('POST', '/v1/clusters', {
    name: 'broken',
    taskManagers: { mode: 'elastic', min: 1, max: 1, spare: 0 },
    configuration: { 'env.java.opts.taskmanager': '-XX:+NoSuchFlag' },
  });
  const losses = await eventually('five that failed', async () => {
    const events = await stack.api.events();
    const found = events.filter(({ kind }) => kind === 'taskmanager.lost');
    return found.length >= 5 && found;
  });
  const waits = losses.slice(0, 5).map(({ data }) => Number(data.relaunchInMs));
  t.is(waits[0], 0, 'the first is replaced at once');
  const doubled = waits.slice(1).every((wait, index) => wait > 700 * 2 ** index && wait <= 1000 * 2 ** index);
  t.true(doubled, waits.join());
  const tasks = (await stack.api.tasks('broken')).filter(
    ({ part, phase }) => part === 'taskmanager' && phase === 'ended',
  );
  t.true(tasks.every(({ message }) => message !== undefined));
  await eventually('it says what it lacks', async () =>
    /1 of 1 TaskManagers/.test((await stack.api.cluster('broken')).waitingFor ?? ''),
  );
});
