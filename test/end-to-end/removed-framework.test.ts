/** A master that removes the framework, as an operator's teardown does: no crash loop, and by choice a new start. */
import test from 'ava';
import { eventually } from './support/process.ts';
import { startStack } from './support/stack.ts';

test('MA-20: a removed framework: the scheduler stays and says what was lost; told to start anew it is another framework', async (t) => {
  const stack = await startStack({ agents: 1 });
  try {
    const subscribed = (): Promise<string> =>
      eventually('subscribed', async () => {
        const { mesos, frameworkId } = await stack.api.info();
        return mesos.state === 'subscribed' && frameworkId;
      });
    const former = await subscribed();
    const torn = await fetch(`http://${stack.mesosMaster}/master/teardown`, {
      method: 'POST',
      body: `frameworkId=${former}`,
    });
    t.is(torn.status, 200);
    await eventually('the news', async () => (await stack.api.info()).mesos.state === 'stopped');
    t.like(await stack.api.info(), { formerFramework: { frameworkId: former, tasksLost: 0 } });
    await stack.scheduler.kill('SIGTERM');
    await stack.startScheduler();
    t.is((await stack.api.info()).mesos.state, 'stopped');
    await stack.scheduler.kill('SIGTERM');
    await stack.startScheduler(['--start-anew']);
    t.not(await subscribed(), former);
    t.like(await stack.api.info(), { formerFramework: { frameworkId: former } });
  } finally {
    await stack.close();
  }
});
