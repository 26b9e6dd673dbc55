/** Uploads over a real connection: streamed, bounded, and never taken for whole when they are not. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import test from 'ava';
import { request } from 'undici';
import { form, listen, withCluster } from './support/api.ts';

const MiB = 1024 * 1024;

test('a jar passes in pieces and arrives as it was sent', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const url = await listen(app);
  const content = Buffer.alloc(8 * MiB, 'all of a jar ');
  const answer = await request(`${url}/v1/clusters/default/jars`, {
    method: 'POST',
    ...asBody(form('jarfile', 'a.jar', content)),
  });
  t.is(answer.statusCode, 201);
  await answer.body.dump();
  const sha256 = createHash('sha256').update(content).digest('hex');
  t.deepEqual(dispatcher.uploads, [{ cluster: 'default', fileName: 'a.jar', bytes: content.length, sha256 }]);
});

test('the first bytes reach the store while the last are still to be sent', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const url = new URL(await listen(app));
  const seen = Promise.withResolvers<void>();
  dispatcher.uploadJar = async (_cluster, name, content) => {
    content.once('data', () => seen.resolve());
    await once(content, 'end');
    return { id: '1', name, bytes: 1, uploadedAt: '2026-01-02T03:04:05.000Z' };
  };
  const { headers, payload } = form('jarfile', 'a.jar', Buffer.alloc(MiB));
  const half = payload.length / 2;
  const sending = httpRequest(url, { method: 'POST', path: '/v1/clusters/default/jars', headers });
  sending.write(payload.subarray(0, half));
  await seen.promise;
  sending.end(payload.subarray(half));
  const [answer] = await once(sending, 'response');
  answer.resume();
  t.is(answer.statusCode, 201);
});

test('a jar over the limit is TOO_LARGE by its declared size, before it is read', async (t) => {
  const { app, dispatcher } = await withCluster(t, { limits: { jarBytes: 1000 } });
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/clusters/default/jars',
    ...form('jarfile', 'a.jar', Buffer.alloc(100_000)),
  });
  t.is(answer.statusCode, 413);
  t.is(answer.json().code, 'TOO_LARGE');
  t.regex(answer.json().message, /\d+ bytes/);
  t.deepEqual([dispatcher.uploads, dispatcher.brokenUploads], [[], []]);
});

test('a jar over the limit by its content is TOO_LARGE and never a shorter jar', async (t) => {
  const { app, dispatcher } = await withCluster(t, { limits: { jarBytes: 1000 } });
  const upload = (bytes: number) =>
    app.inject({ method: 'POST', url: '/v1/clusters/default/jars', ...form('jarfile', 'a.jar', Buffer.alloc(bytes)) });
  const over = await upload(1001);
  t.is(over.statusCode, 413);
  t.is(over.json().code, 'TOO_LARGE');
  t.deepEqual([dispatcher.uploads, dispatcher.brokenUploads], [[], ['TOO_LARGE']]);

  t.is((await upload(1000)).statusCode, 201);
  t.is(dispatcher.uploads[0]?.bytes, 1000);
});

test('an upload that breaks off fails in the store, and the next one works', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const url = new URL(await listen(app));
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  const uploadJar = dispatcher.uploadJar;
  dispatcher.uploadJar = async (cluster, name, content) => {
    content.once('readable', () => begun.resolve());
    const receiving = uploadJar(cluster, name, content);
    receiving.then(ended.resolve, ended.resolve);
    return receiving;
  };
  const { headers, payload } = form('jarfile', 'a.jar', Buffer.alloc(MiB));
  const sending = httpRequest(url, {
    method: 'POST',
    path: '/v1/clusters/default/jars',
    headers: { ...headers, 'content-length': payload.length },
  });
  sending.on('error', () => {});
  sending.write(payload.subarray(0, payload.length / 2));
  await begun.promise;
  sending.destroy();
  t.true((await ended.promise) instanceof Error);
  t.deepEqual(dispatcher.uploads, []);
  t.is(dispatcher.brokenUploads.length, 1);

  const next = await request(`${url.origin}/v1/clusters/default/jars`, {
    method: 'POST',
    ...asBody(form('jarfile', 'b.jar', 'PK')),
  });
  t.is(next.statusCode, 201);
  await next.body.dump();
});

test('a form without its end is refused', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const { headers, payload } = form('jarfile', 'a.jar', 'content');
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/clusters/default/jars',
    headers,
    payload: payload.subarray(0, payload.length - 30),
  });
  t.is(answer.statusCode, 400, answer.body);
  t.is(answer.json().code, 'BAD_REQUEST');
  t.deepEqual(dispatcher.uploads, []);
});

const names: readonly (readonly [sent: string, kept: string | undefined])[] = [
  ['job.jar', 'job.jar'],
  ['My Job (1).JAR', 'My_Job__1_.JAR'],
  ['../../etc/cron.d/job.jar', 'job.jar'],
  ['C:\\jobs\\job.jar', 'job.jar'],
  ['größe.jar', 'gr__e.jar'],
  ['.jar', undefined],
  ['..jar', undefined],
  ['-rf.jar', undefined],
  ['job.jar.exe', undefined],
  [`${'x'.repeat(300)}.jar`, undefined],
];

for (const [sent, kept] of names) {
  test(`a jar sent as ${sent.slice(0, 40)} is ${kept === undefined ? 'refused' : `kept as ${kept}`}`, async (t) => {
    const { app, dispatcher } = await withCluster(t);
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/clusters/default/jars',
      ...form('jarfile', sent, 'PK'),
    });
    t.is(answer.statusCode, kept === undefined ? 422 : 201, answer.body);
    t.deepEqual(
      dispatcher.uploads.map(({ fileName }) => fileName),
      kept === undefined ? [] : [kept],
    );
  });
}

function asBody({ headers, payload }: { headers: Record<string, string>; payload: Buffer }) {
  return { headers, body: payload };
}
