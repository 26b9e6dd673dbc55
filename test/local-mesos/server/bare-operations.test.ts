/** What protobuf leaves out is empty: operations that say nothing but their type are answered, whatever comes of them. */
import test from 'ava';
import { startLocalMesos } from '../../../src/local-mesos/server/start-local-mesos.ts';
import { subscribe } from '../../conformance/framework.ts';
import { ask, json } from '../../conformance/http.ts';
import { hasRoom } from '../../conformance/tasks.ts';

const operations = {
  launch: { task_infos: [] },
  launch_group: { executor: { executor_id: { value: 'e' } }, task_group: {} },
  reserve: {},
  unreserve: {},
  create: {},
  destroy: {},
};

for (const [member, body] of Object.entries(operations)) {
  for (const said of [{ [member]: body }, {}]) {
    test(`LM-2: ${member} with ${JSON.stringify(said)}`, async (t) => {
      const mesos = await startLocalMesos({ agents: 1 });
      t.teardown(() => mesos.close());
      const target = { host: '127.0.0.1', port: mesos.port };
      const framework = await subscribe(target, { patienceMs: 60_000, quietMs: 100 });
      t.teardown(() => framework.cut());
      const offer = await framework.offer(hasRoom);
      const operation = { type: member.toUpperCase(), id: { value: 'o' }, ...said };
      const call = {
        type: 'ACCEPT',
        framework_id: { value: framework.id },
        accept: { offer_ids: [{ value: offer.id.value }], operations: [operation], filters: { refuse_seconds: 0 } },
      };
      const headers = { ...json, 'Mesos-Stream-Id': framework.streamId };
      const { status } = await ask(target, { path: '/api/v1/scheduler', headers, body: call });
      t.is(status, 202);
      t.truthy(await framework.offer(hasRoom), 'what was offered is offered again');
    });
  }
}

for (const member of ['grow_volume', 'shrink_volume', 'create_disk', 'destroy_disk']) {
  test(`LM-2: ${member} of nothing is refused`, async (t) => {
    const mesos = await startLocalMesos({ agents: 1 });
    t.teardown(() => mesos.close());
    const body = {
      type: 'ACCEPT',
      framework_id: { value: 'f' },
      accept: { offer_ids: [], operations: [{ type: member.toUpperCase() }] },
    };
    const { status, text } = await ask({ host: '127.0.0.1', port: mesos.port }, { path: '/api/v1/scheduler', body });
    t.is(status, 400);
    t.is(text, `Failed to validate scheduler::Call: Expecting '${member}' to be present`);
  });
}
