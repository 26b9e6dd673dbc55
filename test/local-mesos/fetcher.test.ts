import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import type { RunId } from '../../src/local-mesos/model/agent-io.ts';
import { createFetcher } from '../../src/local-mesos/server/fetcher.ts';
import type { Uri } from '../../src/mesos-api-client/protocol/mesos.ts';
import { temporaryDirectory } from './support/agent-fixture.ts';

/** A web server with files, and a sandbox to fetch into. */
async function fixture(t: ExecutionContext, cacheLimitBytes = 1e9) {
  const directory = temporaryDirectory(t);
  const sandbox = join(directory, 'sandbox');
  const served = join(directory, 'served');
  for (const each of [sandbox, served]) mkdirSync(each);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const path = (request.url ?? '').replace(/\?.*/, '');
    if (path === '/moved') response.writeHead(302, { location: '/hello.txt' }).end();
    else if (path === '/broken') {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setImmediate(() => response.destroy());
    } else if (existsSync(join(served, path))) response.end(readFileSync(join(served, path)));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cacheDir = join(directory, 'cache');
  const fetcher = createFetcher({ cacheDir, cacheLimitBytes });
  writeFileSync(join(served, 'hello.txt'), 'hello');
  const fetch = (uris: Uri[], signal = new AbortController().signal, into = sandbox, user = 'u') =>
    fetcher.fetch({ uris, sandbox: into, user, runId: 'r1' as RunId, signal });
  const inSandbox = (name: string) => readFileSync(join(sandbox, name), 'utf8');
  return { directory, sandbox, served, asked, url, fetch, inSandbox, cacheDir };
}

/** Packs files of a new directory by tar, with options that tests of bad archives need. */
function pack(
  archive: string,
  files: Record<string, string>,
  options: string[] = [],
  members = Object.keys(files),
): void {
  const room = mkdtempSync(`${archive}-`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(room, name, '..'), { recursive: true });
    writeFileSync(join(room, name), content);
    utimesSync(join(room, name), 1_000_000, 1_000_000);
  }
  execFileSync('tar', ['-c', '-a', '-f', archive, ...options, '-C', room, ...members]);
}

test('LM-66: files come under their last segment, the query included, or under output_file', async (t) => {
  const { url, fetch, sandbox, inSandbox, served } = await fixture(t);
  await fetch([
    { value: `${url}/hello.txt` },
    { value: `${url}/hello.txt?a=1&b=2` },
    { value: `${url}/hello.txt`, output_file: 'd/e/x' },
    { value: `${url}/moved`, output_file: 'moved' },
    { value: `file://${served}/hello.txt`, output_file: 'by-scheme' },
    { value: `${served}/hello.txt`, output_file: 'by-path' },
  ]);
  for (const name of ['hello.txt', 'hello.txt?a=1&b=2', 'd/e/x', 'moved', 'by-scheme', 'by-path'])
    t.is(inSandbox(name), 'hello', name);
  t.deepEqual(
    readdirSync(sandbox).filter((name) => name.endsWith('.part') || name.startsWith('.fetch')),
    [],
  );
});

test('LM-66: executable files get their mode and are not unpacked', async (t) => {
  const { url, fetch, sandbox, served } = await fixture(t);
  pack(join(served, 'run.tar'), { 'inside.txt': 'x' });
  await fetch([{ value: `${url}/run.tar`, executable: true }]);
  t.is(statSync(join(sandbox, 'run.tar')).mode & 0o777, 0o755);
  t.false(existsSync(join(sandbox, 'inside.txt')));
});

for (const kind of ['tar', 'tgz', 'tar.gz', 'tar.bz2', 'tar.xz'])
  test(`LM-66: .${kind} is unpacked beside the archive, with its times; not if extract is false`, async (t) => {
    const { url, fetch, sandbox, inSandbox, served } = await fixture(t);
    pack(join(served, `pack.${kind}`), { 'pack/inside.txt': 'inside', 'pack/lib/a.jar': 'jar' });
    await fetch([
      { value: `${url}/pack.${kind}` },
      { value: `${url}/pack.${kind}`, extract: false, output_file: `kept/pack.${kind}` },
    ]);
    t.is(inSandbox('pack/inside.txt'), 'inside');
    t.is(statSync(join(sandbox, 'pack/lib/a.jar')).mtimeMs, 1_000_000_000);
    t.true(existsSync(join(sandbox, `pack.${kind}`)));
    t.deepEqual(readdirSync(join(sandbox, 'kept')), [`pack.${kind}`]);
  });

test('LM-66: .zip and .gz are unpacked', async (t) => {
  const { url, fetch, inSandbox, served } = await fixture(t);
  const zip = [
    '-c',
    'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1],"w"); z.writestr("z/in.txt","zipped"); z.close()',
  ];
  execFileSync('python3', [...zip, join(served, 'a.zip')]);
  writeFileSync(join(served, 'one.txt.gz'), gzipSync('zipped'));
  await fetch([{ value: `${url}/a.zip` }, { value: `${url}/one.txt.gz` }]);
  t.is(inSandbox('z/in.txt'), 'zipped');
  t.is(inSandbox('one.txt'), 'zipped');
});

test('LM-66: two archives with a directory in common fill it together', async (t) => {
  const { url, fetch, sandbox, served, inSandbox } = await fixture(t);
  pack(join(served, 'a.tar'), { 'lib/a': '1', 'lib/both': 'old' });
  pack(join(served, 'b.tar'), { 'lib/b': '2', 'lib/both': 'new' });
  await fetch([{ value: `${url}/a.tar` }, { value: `${url}/b.tar` }]);
  t.deepEqual(readdirSync(join(sandbox, 'lib')).sort(), ['a', 'b', 'both']);
  t.is(inSandbox('lib/both'), 'new');
});

test('LM-66: a cached URI is fetched once for each user, also by tasks that come together, and never refreshed', async (t) => {
  const { url, fetch, asked, served, directory } = await fixture(t);
  pack(join(served, 'pack.tgz'), { 'inside.txt': 'first' });
  const uris = [{ value: `${url}/pack.tgz`, cache: true }];
  const rooms = ['1', '2', '3', '4'].map((name) => join(directory, name));
  for (const room of rooms) mkdirSync(room);
  const signal = new AbortController().signal;
  const [first = '', second = '', third = '', fourth = ''] = rooms;
  await Promise.all([fetch(uris, signal, first), fetch(uris, signal, second)]);
  pack(join(served, 'pack.tgz'), { 'inside.txt': 'changed' });
  await fetch(uris, signal, third);
  t.deepEqual(asked, ['/pack.tgz']);
  for (const room of [first, second, third]) {
    t.is(readFileSync(join(room, 'inside.txt'), 'utf8'), 'first');
    t.false(existsSync(join(room, 'pack.tgz')), 'a cached archive is not copied');
  }
  await fetch(uris, signal, fourth, 'other');
  t.is(readFileSync(join(fourth, 'inside.txt'), 'utf8'), 'changed');
});

test('LM-66: a cache over its limit drops what was unused longest', async (t) => {
  const { url, fetch, served, cacheDir, asked } = await fixture(t, 15);
  for (const name of ['a', 'b']) writeFileSync(join(served, name), '0123456789');
  await fetch([{ value: `${url}/a`, cache: true }]);
  await fetch([{ value: `${url}/b`, cache: true }]);
  t.is(readdirSync(cacheDir).length, 1);
  await fetch([{ value: `${url}/b`, cache: true }]);
  t.deepEqual(asked, ['/a', '/b']);
});

for (const [what, uri, message] of [
  ['a quote', { value: "http://h/it's" }, /Illegal characters/],
  ['a missing path', { value: 'http://127.0.0.1/' }, /missing path/],
  ['an absolute output_file', { value: '/etc/hostname', output_file: '/tmp/x' }, /must be within the sandbox/],
  [
    'an output_file that climbs out',
    { value: '/etc/hostname', output_file: 'a/../../x' },
    /must be within the sandbox/,
  ],
  ['a scheme that we do not speak', { value: 'hdfs://h/x' }, /is not http, https or file/],
  ['a relative path', { value: 'etc/hostname' }, /is not http, https or file/],
  ['a directory', { value: '/etc' }, /it is no file/],
  ['a file that is not there', { value: '/no/such/file' }, /ENOENT/],
  [
    'a refused connection',
    { value: 'http://127.0.0.1:1/x' },
    /Failed to fetch all URIs for container 'r1'.*ECONNREFUSED/,
  ],
] as const)
  test(`LM-66: ${what} is an error that is in the sandbox's stderr too`, async (t) => {
    const { fetch, inSandbox, sandbox } = await fixture(t);
    const error = await t.throwsAsync(fetch([uri]));
    t.regex(error?.message ?? '', message);
    t.regex(inSandbox('stderr'), /could not fetch/);
    t.deepEqual(readdirSync(sandbox), ['stderr']);
  });

test('LM-66: 404, and an answer that is cut, leave no file', async (t) => {
  const { url, fetch, sandbox } = await fixture(t);
  await t.throwsAsync(fetch([{ value: `${url}/none` }]), { message: /answered 404/ });
  await t.throwsAsync(fetch([{ value: `${url}/broken` }]));
  await t.throwsAsync(fetch([{ value: `${url}/broken`, cache: true }]));
  t.deepEqual(readdirSync(sandbox), ['stderr']);
});

test('a query, and a password before the host, are in no message and no log', async (t) => {
  const { url, fetch, inSandbox } = await fixture(t);
  const secret = { value: `${url.replace('//', '//user:pass@')}/none?signature=hush` };
  const error = await t.throwsAsync(fetch([secret]));
  await fetch([{ value: `${url}/hello.txt?signature=hush`, output_file: 'x' }]);
  for (const text of [error?.message ?? 'hush', inSandbox('stderr')]) t.notRegex(text, /hush|pass@/);
});

test('LM-67: members that climb out or are absolute refuse the archive, and nothing is written outside', async (t) => {
  const { url, fetch, directory, sandbox, served } = await fixture(t);
  const evil = join(directory, 'evil.txt');
  pack(join(served, 'dots.tar'), { 'x/evil.txt': 'evil' }, ['-P', '--transform=s,^x/,../,']);
  pack(join(served, 'absolute.tar'), { 'evil.txt': 'evil' }, ['-P', `--transform=s,^evil.txt,${evil},`]);
  const zip = 'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1],"w"); z.writestr(sys.argv[2],"evil"); z.close()';
  execFileSync('python3', ['-c', zip, join(served, 'dots.zip'), '../evil.txt']);
  execFileSync('python3', ['-c', zip, join(served, 'absolute.zip'), evil]);
  for (const name of ['dots.tar', 'absolute.tar', 'dots.zip', 'absolute.zip']) {
    await t.throwsAsync(fetch([{ value: `${url}/${name}` }]), undefined, name);
    t.false(existsSync(evil), name);
    t.deepEqual(readdirSync(sandbox).sort(), [name, 'stderr'].sort());
    execFileSync('rm', [join(sandbox, name)]);
  }
});

test('LM-67: links that lead out refuse the archive, those that stay inside are kept', async (t) => {
  const { url, fetch, directory, sandbox, served, inSandbox } = await fixture(t);
  const room = join(directory, 'room');
  mkdirSync(join(room, 'in'), { recursive: true });
  mkdirSync(join(room, 'out'));
  writeFileSync(join(room, 'in/file'), 'x');
  symlinkSync('file', join(room, 'in/link'));
  symlinkSync('../../served', join(room, 'out/up'));
  execFileSync('tar', ['-cf', join(served, 'in.tar'), '-C', room, 'in']);
  execFileSync('tar', ['-cf', join(served, 'out.tar'), '-C', room, 'out']);
  await fetch([{ value: `${url}/in.tar` }]);
  t.is(inSandbox('in/link'), 'x');
  await t.throwsAsync(fetch([{ value: `${url}/out.tar` }]), { message: /its link out\/up leads out of the sandbox/ });
  t.false(existsSync(join(sandbox, 'out')));
});

test('LM-67: a link that is written through by a later member of the same archive', async (t) => {
  const { url, fetch, directory, served } = await fixture(t);
  const program = `
import tarfile, sys, io
a = tarfile.open(sys.argv[1], 'w')
link = tarfile.TarInfo('door'); link.type = tarfile.SYMTYPE; link.linkname = sys.argv[2]; a.addfile(link)
file = tarfile.TarInfo('door/evil.txt'); file.size = 4; a.addfile(file, io.BytesIO(b'evil'))
a.close()`;
  execFileSync('python3', ['-c', program, join(served, 'door.tar'), directory]);
  await t.throwsAsync(fetch([{ value: `${url}/door.tar` }]));
  t.false(existsSync(join(directory, 'evil.txt')));
});

test('an abort stops the fetch', async (t) => {
  const { url, fetch } = await fixture(t);
  const abort = new AbortController();
  abort.abort();
  await t.throwsAsync(fetch([{ value: `${url}/hello.txt` }], abort.signal));
});
