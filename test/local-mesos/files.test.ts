import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { agentFixture } from './support/agent-fixture.ts';
import { agentId, frameworkId } from './support/agent-model.ts';

/** A task that ended, and files in its sandbox. */
async function fixture(t: ExecutionContext) {
  const { master, agent, workDir, sandbox } = await agentFixture(t);
  master.sh('w', 'printf "out\\n"');
  await master.ended('w');
  const room = sandbox('w');
  mkdirSync(join(room, 'd/e'), { recursive: true });
  writeFileSync(join(room, 'd/f.txt'), 'ababababab', { mode: 0o600 });
  writeFileSync(join(room, 'utf8.txt'), 'héllo\n');
  writeFileSync(join(room, 'bin.dat'), Buffer.from([0, 0xff, 0x62, 0x22, 0x5c]));
  writeFileSync(join(room, 'big.txt'), 'x'.repeat(200_000));
  writeFileSync(join(room, 'with space&plus+.json'), '{}\n');
  symlinkSync('/etc/hostname', join(room, 'out-link'));
  symlinkSync('../../../..', join(room, 'up-link'));
  symlinkSync('d/f.txt', join(room, 'in-link'));
  const virtual = `/frameworks/${frameworkId}/executors/w/runs/latest`;
  const real = `${workDir}/slaves/${agentId}${virtual}`;
  const get = async (route: string, query: string) => {
    const answer = await fetch(`${agent.url}/files/${route}${query}`);
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
  };
  const read = async (path: string, rest = '') => {
    const { status, bytes } = await get('read', `?path=${path}${rest}`);
    return status === 200 ? (JSON.parse(bytes.toString()) as unknown) : `${status} ${bytes.toString()}`;
  };
  const browse = async (path: string) => {
    const { status, bytes } = await get('browse', `?path=${path}`);
    if (status !== 200) return `${status} ${bytes.toString()}`;
    return (JSON.parse(bytes.toString()) as { path: string }[]).map((file) => file.path);
  };
  return { agent, workDir, virtual, real, get, read, browse };
}

test('LM-70: browse lists a directory under the path that was asked for', async (t) => {
  const { browse, virtual, real, get } = await fixture(t);
  for (const path of [`${virtual}/d`, `${real}/d`, `${virtual}/d/`, `${virtual}/%64`]) {
    const asked = decodeURIComponent(path).replace(/\/$/, '');
    t.deepEqual(await browse(path), [`${asked}/e`, `${asked}/f.txt`]);
  }
  const [, file] = JSON.parse((await get('browse', `?path=${virtual}/d`)).bytes.toString()) as Record<
    string,
    unknown
  >[];
  t.like(file, { mode: '-rw-------', nlink: 1, size: 10 });
  t.deepEqual(await browse(`${virtual}/d/f.txt`), []);
});

test('LM-70: browse of what is not there is 404 with an empty body, of a path that is no sandbox as well', async (t) => {
  const { browse, virtual, workDir } = await fixture(t);
  const paths = [
    `${virtual}/none`,
    '/',
    '/etc',
    '/agent/log',
    `/slaves/${agentId}${virtual}`,
    workDir,
    `${workDir}/meta`,
  ];
  for (const path of paths) t.is(await browse(path), '404 ', path);
  t.is(await browse(`${workDir}/slaves/${agentId}/frameworks/../../../../etc/executors/w/runs/latest`), '404 ');
  t.is(await browse(''), "400 Expecting 'path=value' in query.\n");
});

test("LM-70: '..' and links that leave the sandbox are 400, those that stay are followed", async (t) => {
  const { browse, read, virtual } = await fixture(t);
  const out = `${virtual}/../../../../../../..`;
  t.is(await browse(out), `400 '${out}' is inaccessible.\n`);
  t.is(await browse(`${virtual}/up-link`), `400 '${virtual}/up-link' is inaccessible.\n`);
  t.is(await read(`${virtual}/out-link`, '&offset=0'), `400 '${virtual}/out-link' is inaccessible.\n`);
  t.like(await read(`${virtual}/in-link`, '&offset=0&length=2'), { data: 'ab' });
  t.true(Array.isArray(await browse(`${virtual}/../latest`)));
});

test('LM-70: read answers offsets and lengths as recorded from Mesos', async (t) => {
  const { read, virtual } = await fixture(t);
  const out = `${virtual}/stdout`;
  const cases: [string, unknown][] = [
    ['', { data: '', offset: 4 }],
    ['&offset=-1', { data: '', offset: 4 }],
    ['&offset=0', { data: 'out\n', offset: 0 }],
    ['&offset=0&length=3', { data: 'out', offset: 0 }],
    ['&offset=2', { data: 't\n', offset: 2 }],
    ['&offset=4', { data: '', offset: 4 }],
    ['&offset=999', { data: '', offset: 999 }],
    ['&offset=0&length=0', { data: '', offset: 0 }],
    ['&offset=0&length=-1', { data: 'out\n', offset: 0 }],
    ['&offset=0&length=-2', '400 Negative length provided: -2.\n'],
    ['&offset=-2', '400 Negative offset provided: -2.\n'],
    ['&offset=x', "400 Failed to parse offset: Failed to convert 'x' to number.\n"],
    ['&offset=0&length=x', "400 Failed to parse length: Failed to convert 'x' to number.\n"],
    ['&offset=1.5', "400 Failed to parse offset: Failed to convert '1.5' to number.\n"],
  ];
  for (const [query, answer] of cases) t.deepEqual(await read(out, query), answer, query);
  t.is(await read(`${virtual}/d`, '&offset=0'), '400 Cannot read a directory.\n');
  t.is(await read(`${virtual}/none`, '&offset=0'), '404 ');
  t.deepEqual(await read(`${virtual}/with+space%26plus%2B.json`, '&offset=0'), { data: '{}\n', offset: 0 });
});

test('LM-70: read gives at most 64 KiB, and bytes as they are', async (t) => {
  const { read, get, virtual } = await fixture(t);
  for (const length of ['', '&length=1000000', '&length=-1']) {
    const answer = (await read(`${virtual}/big.txt`, `&offset=0${length}`)) as { data: string };
    t.is(answer.data.length, 65_536);
  }
  t.is(((await read(`${virtual}/big.txt`, '&offset=190000')) as { data: string }).data.length, 10_000);
  const cut = await get('read', `?path=${virtual}/utf8.txt&offset=0&length=2`);
  t.deepEqual(cut.bytes, Buffer.from([...Buffer.from('{"data":"h'), 0xc3, ...Buffer.from('","offset":0}')]));
  const binary = await get('read', `?path=${virtual}/bin.dat&offset=0`);
  t.deepEqual(
    binary.bytes,
    Buffer.from([...Buffer.from('{"data":"\\u0000'), 0xff, ...Buffer.from('b\\"\\\\","offset":0}')]),
  );
});

test('LM-70: download gives the file as an attachment', async (t) => {
  const { get, virtual } = await fixture(t);
  const answer = await get('download', `?path=${virtual}/utf8.txt`);
  t.is(answer.bytes.toString(), 'héllo\n');
  t.is(answer.headers.get('content-type'), 'text/plain');
  t.is(answer.headers.get('content-disposition'), 'attachment; filename=utf8.txt');
  t.is((await get('download', `?path=${virtual}/big.txt`)).bytes.length, 200_000);
  t.is((await get('download', `?path=${virtual}/stderr`)).bytes.length, 0);
  t.is((await get('download', `?path=${virtual}/d`)).bytes.toString(), 'Cannot download a directory.\n');
  t.is((await get('download', `?path=${virtual}/none`)).status, 404);
});

test('LM-70: debug names what can be reached', async (t) => {
  const { get, real } = await fixture(t);
  const paths = Object.keys(JSON.parse((await get('debug', '')).bytes.toString()) as object);
  t.true(paths.some((path) => path.startsWith(join(real, '..'))));
});

test('an agent tells what it is and that it is up, to its own names only', async (t) => {
  const { agent } = await fixture(t);
  t.is((await fetch(`${agent.url}/health`)).status, 200);
  const state = (await (await fetch(`${agent.url}/state`)).json()) as Record<string, unknown>;
  t.like(state, { id: agentId, hostname: '127.0.0.1', pid: `slave(1)@127.0.0.1:${agent.port}` });
  const { request } = await import('undici');
  const rebound = await request(`${agent.url}/state`, { headers: { host: 'evil.example' } });
  await rebound.body.dump();
  t.is(rebound.statusCode, 403);
});
