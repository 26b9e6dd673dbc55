import test from 'ava';
import { agentSpecs, roleSetup } from '../../src/main/local-mesos-settings.ts';

test('what each agent in turn is like', (t) => {
  const specs = agentSpecs(3, { resources: ['cpus:1'], attributes: ['rack:r1', 'rack:r2'], domain: ['eu/eu-1'] });
  t.deepEqual(
    specs.map(({ attributes }) => attributes),
    ['rack:r1', 'rack:r2', 'rack:r1'],
  );
  t.deepEqual(specs[2]?.resources, [{ name: 'cpus', type: 'SCALAR', scalar: { value: 1 } }]);
  t.deepEqual(specs[1]?.domain, { fault_domain: { region: { name: 'eu' }, zone: { name: 'eu-1' } } });
  t.deepEqual(agentSpecs(2, {}), [{}, {}]);
});

test('weights and limits of roles', (t) => {
  t.deepEqual(roleSetup({ weights: 'web=2,batch=0.5', quota: ['web=cpus:4;mem:4096'] }), {
    weights: [
      { role: 'web', weight: 2 },
      { role: 'batch', weight: 0.5 },
    ],
    quotas: [{ role: 'web', limits: { cpus: { value: 4 }, mem: { value: 4096 } } }],
  });
  t.deepEqual(roleSetup({}), {});
});

for (const [texts, sentence] of [
  [{ weights: 'web' }, /--weights web: expected ROLE=NUMBER/],
  [{ weights: 'web=-1' }, /expected ROLE=NUMBER/],
  [{ quota: ['cpus:4'] }, /--quota cpus:4: expected ROLE=RESOURCES/],
  [{ quota: ['web=ports:[1-2]'] }, /ports is not limited by a number/],
] as const) {
  test(`${JSON.stringify(texts)} is refused`, (t) => {
    t.throws(() => roleSetup(texts), { message: sentence });
  });
}

for (const domain of ['eu', 'eu/', 'eu/a/b']) {
  test(`the domain ${domain} is refused`, (t) => {
    t.throws(() => agentSpecs(1, { domain: [domain] }), { message: /expected REGION\/ZONE/ });
  });
}
