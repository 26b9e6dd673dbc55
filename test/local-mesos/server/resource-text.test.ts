import test from 'ava';
import { parseAttributes, parseResources } from '../../../src/local-mesos/server/resource-text.ts';

test('resources as the flag of Mesos has them', (t) => {
  t.deepEqual(parseResources('cpus:0.5; mem(web):2048;ports:[31000-31009,31020-31029];\ndisks(*):{a,b}'), [
    { name: 'cpus', type: 'SCALAR', scalar: { value: 0.5 } },
    { name: 'mem', type: 'SCALAR', scalar: { value: 2048 }, reservations: [{ type: 'STATIC', role: 'web' }] },
    {
      name: 'ports',
      type: 'RANGES',
      ranges: {
        range: [
          { begin: 31000, end: 31009 },
          { begin: 31020, end: 31029 },
        ],
      },
    },
    { name: 'disks', type: 'SET', set: { item: ['a', 'b'] } },
  ]);
});

test('attributes as the flag of Mesos has them', (t) => {
  t.deepEqual(parseAttributes('rack:r1;cores:16;net:[10-20]'), [
    { name: 'rack', type: 'TEXT', text: { value: 'r1' } },
    { name: 'cores', type: 'SCALAR', scalar: { value: 16 } },
    { name: 'net', type: 'RANGES', ranges: { range: [{ begin: 10, end: 20 }] } },
  ]);
});

for (const text of ['cpus', ':4', 'cpus:', 'cpus:many', 'cpus(:4', 'ports:[31000]', 'ports:[9-8]', 'ports:[]']) {
  test(`"${text}" is refused with the place`, (t) => {
    t.throws(() => parseResources(text), { message: /expected for example/ });
  });
}
