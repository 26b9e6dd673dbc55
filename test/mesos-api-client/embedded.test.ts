/** The operator client against a master that answers by itself: the embedded one. */
import test from 'ava';
import { startLocalMesos } from '../../src/local-mesos/index.ts';
import { createMasterApi } from '../../src/mesos-api-client/operator-client.ts';
import type { AgentId, FrameworkId } from '../../src/mesos-api-client/protocol/ids.ts';
import { failure } from './harness.ts';

test('MA-67 MA-68 an operator looks, changes, and is refused, at the embedded master', async (t) => {
  const mesos = await startLocalMesos({ agents: 1 });
  t.teardown(() => mesos.close());
  const api = createMasterApi(`127.0.0.1:${mesos.port}`);
  t.teardown(() => api.close());
  t.deepEqual(await api.ask({ type: 'GET_HEALTH' }), { healthy: true });
  const { get_agents } = await api.ask({ type: 'GET_STATE' });
  const [agent] = get_agents?.agents ?? [];
  t.is(typeof agent?.registered_time?.nanoseconds, 'bigint');
  const { metrics = [] } = await api.ask({ type: 'GET_METRICS', get_metrics: {} });
  t.like(
    metrics.find(({ name }) => name === 'master/elected'),
    { value: 1 },
  );

  await api.tell({ type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role: 'web', weight: 2 }] } });
  t.deepEqual(await api.ask({ type: 'GET_WEIGHTS' }), { weight_infos: [{ weight: 2, role: 'web' }] });
  await api.tell({
    type: 'UPDATE_QUOTA',
    update_quota: { quota_configs: [{ role: 'web', limits: { cpus: { value: 1 } } }] },
  });
  const { status } = await api.ask({ type: 'GET_QUOTA' });
  t.deepEqual(status.configs, [{ role: 'web', limits: { cpus: { value: 1 } } }]);

  const unknown = { agent_id: { value: 'nobody' as AgentId } };
  t.like(await failure(t, api.tell({ type: 'MARK_AGENT_GONE', mark_agent_gone: unknown })), {
    code: 'not-found',
    retryable: false,
  });
  t.is((await failure(t, api.tell({ type: 'DRAIN_AGENT', drain_agent: unknown }))).code, 'rejected');
  const framework_id = { value: 'nobody' as FrameworkId };
  t.is((await failure(t, api.tell({ type: 'TEARDOWN', teardown: { framework_id } }))).code, 'rejected');
});
