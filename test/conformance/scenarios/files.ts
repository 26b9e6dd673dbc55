/** The files of a sandbox, as an agent hands them out. */
import assert from 'node:assert/strict';
import type { Offer } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { ask, type Target } from '../http.ts';
import { type Scenario, scenario } from '../scenario.ts';
import { run } from '../tasks.ts';

function agentOf(offer: Offer): Target {
  const { ip, hostname, port } = offer.url?.address ?? { port: 0 };
  return { host: ip ?? hostname ?? '', port };
}

export const files: readonly Scenario[] = [
  scenario(
    'LM-70',
    'files are browsed, read by offset and length and downloaded; what is no file of a sandbox is refused',
    async (bench) => {
      const framework = await bench.framework();
      const command = 'printf 0123456789 > "a file"; mkdir sub; ln -s /etc/passwd outside; exit 0';
      const { id, offer } = await run(framework, 'files', command);
      await framework.update(id, 'TASK_FINISHED');
      const sandbox = `/frameworks/${framework.id}/executors/${id}/runs/latest`;
      const get = (route: string, query: Record<string, string>) =>
        ask(agentOf(offer), { method: 'GET', path: `/files/${route}?${new URLSearchParams(query)}`, headers: {} });
      const path = `${sandbox}/a file`;

      const listed = JSON.parse((await get('browse', { path: sandbox })).text) as { path: string; size: number }[];
      const file = listed.find((each) => each.path.endsWith('/a file'));
      assert.equal(file?.size, 10);
      assert.ok(['stdout', 'stderr', 'sub'].every((name) => listed.some((each) => each.path.endsWith(`/${name}`))));
      const read = async (query: object) => JSON.parse((await get('read', { path, ...query })).text);
      assert.deepEqual(await read({ offset: '-1' }), { data: '', offset: 10 });
      assert.deepEqual(await read({}), { data: '', offset: 10 });
      assert.deepEqual(await read({ offset: '0', length: '4' }), { data: '0123', offset: 0 });
      assert.deepEqual(await read({ offset: '7' }), { data: '789', offset: 7 });
      assert.deepEqual(await read({ offset: '20' }), { data: '', offset: 20 });
      assert.equal((await get('download', { path })).text, '0123456789');

      const refused: readonly [string, Record<string, string>, number][] = [
        ['read', {}, 400],
        ['read', { path, offset: 'x' }, 400],
        ['read', { path, offset: '-2' }, 400],
        ['read', { path: `${sandbox}/sub`, offset: '0' }, 400],
        ['download', { path: `${sandbox}/sub` }, 400],
        ['read', { path: `${sandbox}/missing`, offset: '0' }, 404],
        ['browse', { path: '/etc' }, 404],
        ['read', { path: `${sandbox}/outside`, offset: '0' }, 400],
        ['read', { path: `${sandbox}/../../../../../../../../../../etc/passwd`, offset: '0' }, 400],
      ];
      for (const [route, query, status] of refused) {
        assert.equal((await get(route, query)).status, status, `${route} ${JSON.stringify(query)}`);
      }
    },
    'the agents may be out of reach, or demand credentials for files',
  ),
];
