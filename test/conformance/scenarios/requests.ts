/** The HTTP of the scheduler API: what is refused, in which order, and what every call is answered. */
import assert from 'node:assert/strict';
import { frameworkInfo, schedulerPath, subscribeCall } from '../framework.ts';
import { ask, askForStream, json, type Question } from '../http.ts';
import { type Bench, type Scenario, scenario } from '../scenario.ts';

const path = schedulerPath;

async function refused(bench: Bench, status: number, question: Omit<Question, 'path'>): Promise<string> {
  const answer = await ask(bench.master, { path, ...question });
  assert.equal(answer.status, status, `${JSON.stringify(question)} was answered ${answer.status} ${answer.text}`);
  return answer.text;
}

const subscribeBody = () => subscribeCall(frameworkInfo());

export const requests: readonly Scenario[] = [
  scenario('LM-1', 'a missing Content-Type is 400, a wrong one 415, another method 405', async (bench) => {
    await refused(bench, 400, { headers: { Accept: 'application/json' }, body: subscribeBody() });
    await refused(bench, 415, { headers: { ...json, 'Content-Type': 'text/plain' }, body: subscribeBody() });
    await refused(bench, 415, { headers: { ...json, 'Content-Type': 'application/json; charset=utf-8' }, body: '{}' });
    const answer = await ask(bench.master, { path, method: 'GET', headers: {} });
    assert.equal(answer.status, 405);
    assert.match(String(answer.headers.allow), /POST/);
  }),
  scenario('LM-2', 'a body that is no call is 400 and the answer says why', async (bench) => {
    const { id: _id, user: _user, ...nobody } = frameworkInfo();
    const wrong = ['', '{', '[]', '"SUBSCRIBE"', '{"type": "NO_SUCH_CALL"}', '{"type": 7}'];
    const missing = [
      {},
      { type: 'SUBSCRIBE' },
      { type: 'SUBSCRIBE', subscribe: {} },
      { type: 'SUBSCRIBE', subscribe: { framework_info: nobody } },
      { type: 'SUBSCRIBE', subscribe: { framework_info: { ...frameworkInfo(), user: { name: 'root' } } } },
    ];
    for (const body of [...wrong, ...missing]) {
      assert.notEqual(await refused(bench, 400, { body }), '', `no text for ${JSON.stringify(body)}`);
    }
  }),
  scenario(
    'LM-2',
    'a call of type UNKNOWN on a live subscription is 501',
    async (bench) => {
      const framework = await bench.framework();
      assert.equal((await framework.call('UNKNOWN')).status, 501);
    },
    'Apache Mesos aborts on it',
  ),
  scenario('LM-3', 'an Accept that cannot be met is 406; none, */* and JSON are met', async (bench) => {
    const type = { 'Content-Type': 'application/json' };
    await refused(bench, 406, { headers: { ...type, Accept: 'text/html' }, body: subscribeBody() });
    const accepts: readonly Record<string, string>[] = [{}, { Accept: '*/*' }, { Accept: 'application/json' }];
    for (const accept of accepts) {
      const { status, headers } = await askForStream(bench.master, {
        path,
        headers: { ...type, ...accept },
        body: subscribeCall(frameworkInfo({ info: { failover_timeout: 0 } })),
      });
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'application/json');
    }
  }),
  scenario('LM-4', 'SUBSCRIBE with a stream id is 400', async (bench) => {
    await refused(bench, 400, { headers: { ...json, 'Mesos-Stream-Id': 'x' }, body: subscribeBody() });
  }),
  scenario('LM-5', 'two framework ids that differ are 400', async (bench) => {
    const info = { ...frameworkInfo(), id: { value: 'a' } };
    await refused(bench, 400, {
      body: { ...subscribeBody(), framework_id: { value: 'b' }, subscribe: { framework_info: info } },
    });
    await refused(bench, 400, { body: { ...subscribeBody(), subscribe: { framework_info: info } } });
    await refused(bench, 400, { body: { ...subscribeBody(), framework_id: { value: 'b' } } });
  }),
  scenario('LM-12', 'a call with no, a wrong or an old stream id is 400', async (bench) => {
    const old = await bench.framework();
    const framework = await bench.framework({ info: { id: old.info.id } as object });
    assert.notEqual(framework.streamId, old.streamId);
    for (const given of [undefined, 'wrong', old.streamId]) {
      const answer = await framework.call('REVIVE', {}, { 'Mesos-Stream-Id': given });
      assert.equal(answer.status, 400, `stream id ${given}`);
    }
    assert.equal((await framework.call('REVIVE')).status, 202);
  }),
  scenario('LM-13', 'a call of an unknown framework is 400', async (bench) => {
    const framework = await bench.framework();
    const answer = await framework.call('REVIVE', { framework_id: { value: 'nobody' } });
    assert.equal(answer.status, 400);
  }),
  scenario('LM-14', 'every call is 202 with an empty body, UPDATE_FRAMEWORK 200', async (bench) => {
    const framework = await bench.framework();
    const agent_id = { value: 'no-agent' };
    const calls: readonly [string, object][] = [
      ['ACCEPT', { accept: { offer_ids: [{ value: 'no-offer' }], operations: [] } }],
      ['DECLINE', { decline: { offer_ids: [{ value: 'no-offer' }], filters: { refuse_seconds: 1 } } }],
      ['SUPPRESS', { suppress: { roles: ['*'] } }],
      ['REVIVE', { revive: { roles: ['*'] } }],
      ['KILL', { kill: { task_id: { value: 'no-task' }, agent_id } }],
      ['SHUTDOWN', { shutdown: { executor_id: { value: 'no-executor' }, agent_id } }],
      ['ACKNOWLEDGE', { acknowledge: { agent_id, task_id: { value: 'no-task' }, uuid: 'AAAAAAAAAAAAAAAAAAAAAA==' } }],
      ['RECONCILE', { reconcile: { tasks: [] } }],
      ['MESSAGE', { message: { agent_id, executor_id: { value: 'no-executor' }, data: 'AA==' } }],
      ['REQUEST', { request: { requests: [] } }],
    ];
    for (const [type, members] of calls) {
      const { status, text } = await framework.call(type, members);
      assert.deepEqual({ status, text }, { status: 202, text: '' }, type);
    }
    const update = await framework.call('UPDATE_FRAMEWORK', { update_framework: { framework_info: framework.info } });
    assert.equal(update.status, 200);
  }),
  scenario('LM-15', 'an ACKNOWLEDGE whose uuid has not 16 bytes is 400', async (bench) => {
    const framework = await bench.framework();
    for (const uuid of ['', 'AAAA', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAA']) {
      const members = { agent_id: { value: 'a' }, task_id: { value: 't' }, uuid };
      assert.equal((await framework.call('ACKNOWLEDGE', { acknowledge: members })).status, 400, uuid);
    }
  }),
  scenario(
    'LM-16',
    'a call without the member that its type needs is 400; SUPPRESS and REVIVE need none',
    async (bench) => {
      const framework = await bench.framework();
      const needy = [
        'ACCEPT',
        'DECLINE',
        'KILL',
        'SHUTDOWN',
        'ACKNOWLEDGE',
        'RECONCILE',
        'MESSAGE',
        'REQUEST',
        'UPDATE_FRAMEWORK',
      ];
      for (const type of needy) {
        assert.equal((await framework.call(type)).status, 400, type);
      }
      for (const type of ['SUPPRESS', 'REVIVE', 'TEARDOWN']) {
        assert.equal((await framework.call(type)).status, 202, type);
      }
    },
  ),
];
