/** SUBSCRIBE: the stream and its first events, what is refused on it, and who wins when an id subscribes twice. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import type { FrameworkInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { createRecordDecoder } from '../../../src/mesos-api-client/protocol/recordio.ts';
import { frameworkInfo, schedulerPath, subscribeCall } from '../framework.ts';
import { ask, open } from '../http.ts';
import { type Bench, type Scenario, scenario } from '../scenario.ts';
import { freshId } from '../tasks.ts';

/** SUBSCRIBEs that are answered by one ERROR and the end of the stream. */
async function refusedByEvent(bench: Bench, body: object): Promise<string> {
  const answer = await ask(bench.master, { path: schedulerPath, body });
  const what = JSON.stringify(body);
  assert.equal(answer.status, 200, what);
  const [first, ...rest] = createRecordDecoder().push(Buffer.from(answer.text)).records;
  assert.deepEqual(rest, [], what);
  const event = JSON.parse(first ?? '{}');
  assert.equal(event.type, 'ERROR', what);
  assert.equal(typeof event.error.message, 'string', what);
  return event.error.message;
}

const withInfo = (info: Partial<FrameworkInfo>) => subscribeCall(frameworkInfo({ info }));

export const subscriptions: readonly Scenario[] = [
  scenario(
    'LM-6',
    'the stream is chunked JSON with a stream id; SUBSCRIBED, then a HEARTBEAT at once',
    async (bench) => {
      const response = await open(bench.master, {
        path: schedulerPath,
        body: subscribeCall(frameworkInfo({ info: { failover_timeout: 0 } }), ['*']),
        agent: new Agent({ keepAlive: false }),
      });
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers['content-type'], 'application/json');
      assert.equal(response.headers['transfer-encoding'], 'chunked');
      assert.match(String(response.headers['mesos-stream-id']), /^\S{1,128}$/);
      const decoder = createRecordDecoder();
      const types: string[] = [];
      for await (const chunk of response) {
        for (const record of decoder.push(chunk as Buffer).records) types.push(JSON.parse(record).type);
        if (types.length >= 2) break;
      }
      assert.deepEqual(types.slice(0, 2), ['SUBSCRIBED', 'HEARTBEAT']);
    },
  ),
  scenario('LM-7', 'roles that are no roles are refused by an ERROR on the stream', async (bench) => {
    for (const role of ['/a', 'a/', 'a//b', '-a', 'a b', '.', '..', 'a/..', 'a/*']) {
      await refusedByEvent(bench, withInfo({ roles: [role] }));
    }
    await refusedByEvent(bench, withInfo({ roles: ['a', 'a'] }));
    await refusedByEvent(bench, withInfo({ roles: ['a'], role: 'a' }));
    await refusedByEvent(bench, withInfo({ roles: ['a'], capabilities: [] }));
  }),
  scenario('LM-8', 'a role that is suppressed or constrained but not subscribed is an ERROR', async (bench) => {
    await refusedByEvent(bench, subscribeCall(frameworkInfo(), ['other']));
    const subscribe = {
      framework_info: frameworkInfo(),
      offer_constraints: { role_constraints: { other: { groups: [] } } },
    };
    await refusedByEvent(bench, { type: 'SUBSCRIBE', subscribe });
  }),
  scenario('LM-9', 'an id that the master never gave is accepted', async (bench) => {
    const value = freshId('conformance-id');
    const framework = await bench.framework({ info: { id: { value } as never } });
    assert.equal(framework.id, value);
  }),
  scenario('LM-10', 'the id of a removed framework is refused by an ERROR', async (bench) => {
    const framework = await bench.framework();
    assert.equal((await framework.call('TEARDOWN')).status, 202);
    await framework.ended;
    assert.match(await refusedByEvent(bench, subscribeCall(framework.info)), /removed/i);
  }),
  scenario(
    'LM-11',
    'the second subscription of an id wins: the first one hears an ERROR and its offers are void',
    async (bench) => {
      const old = await bench.framework();
      const held = await old.offer();
      const framework = await bench.framework({ info: { id: old.info.id, failover_timeout: 61 } as object });
      assert.equal(framework.id, old.id);
      const { error } = await old.take('ERROR');
      assert.match(error.message, /failed over/i);
      await old.ended;
      await old.none('RESCIND', undefined, 0);
      const fresh = await framework.offer(({ agent_id }) => agent_id.value === held.agent_id.value);
      assert.notEqual(fresh.id.value, held.id.value);
    },
  ),
];
