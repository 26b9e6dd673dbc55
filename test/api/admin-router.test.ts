/** Tokens of DC/OS: who is let in by Admin Router's word, and how often it is asked for it. */
import test from 'ava';
import { type AdminRouterOptions, createAdminRouterJudge } from '../../src/api/access/admin-router.ts';
import { Problem } from '../../src/lib/problem.ts';
import { testApi } from './support/api.ts';

function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

const alice = jwt({ uid: 'alice', exp: 10_000 });

function judge(answers: Record<string, number | Error>, options: Partial<AdminRouterOptions> = {}) {
  const asked: string[] = [];
  const clock = { now: 1_000_000 };
  const look = createAdminRouterJudge({
    ask: async (token) => {
      asked.push(token ?? 'none');
      const answer = answers[token ?? 'none'] ?? 401;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    now: () => clock.now,
    ...options,
  });
  return { asked, clock, look };
}

test('whom Admin Router lets through is who its token says; it is asked once a minute', async (t) => {
  const { look, asked, clock } = judge({ [alice]: 204 });
  const caller = { name: 'alice', role: 'act', by: 'dcos' } as const;
  t.deepEqual(await Promise.all([look(alice), look(alice), look(alice)]), [caller, caller, caller]);
  t.deepEqual(asked, ['none', alice]);
  clock.now += 59_999;
  t.deepEqual(await look(alice), caller);
  t.is(asked.length, 2);
  clock.now += 1;
  await look(alice);
  t.deepEqual(asked.slice(2), ['none', alice]);
});

test('a token that Admin Router refuses is refused, and counts for five seconds so', async (t) => {
  const answers: Record<string, number> = {};
  const { look, clock } = judge(answers);
  t.is(await look(alice), undefined);
  answers[alice] = 204;
  t.is(await look(alice), undefined);
  clock.now += 5_000;
  t.is((await look(alice))?.name, 'alice');
});

test('an admitted token counts no longer than it is valid', async (t) => {
  const { look, clock, asked } = judge({ [alice]: 204 });
  clock.now = 9_999_000;
  t.is((await look(alice))?.name, 'alice');
  clock.now = 10_000_000;
  t.is(await look(alice), undefined);
  t.is(asked.length, 2);
});

test('users who may act are named, others look', async (t) => {
  const bob = jwt({ uid: 'bob' });
  const { look } = judge({ [alice]: 204, [bob]: 204 }, { actors: ['alice'] });
  t.deepEqual([(await look(alice))?.role, (await look(bob))?.role], ['act', 'read']);
});

const failures = [
  ['no permission', { [alice]: 403 }, 'FORBIDDEN'],
  ['Admin Router does not know the service yet', { [alice]: 404 }, 'NOT_READY'],
  ['Admin Router cannot be reached', { [alice]: new Error('refused') }, 'NOT_READY'],
  ['a cluster without authentication', { none: 204, [alice]: 204 }, 'NOT_READY'],
] as const;

for (const [what, answers, code] of failures) {
  test(`${what}: ${code}, and it is asked again`, async (t) => {
    const { look, asked } = judge(answers);
    for (const _ of [1, 2]) t.is((await t.throwsAsync(look(alice), { instanceOf: Problem }))?.code, code);
    t.true(asked.length >= 2);
  });
}

for (const token of [
  '',
  'a',
  'a.b',
  'a.b.c',
  jwt({}),
  jwt({ uid: 7 }),
  jwt({ uid: 'a b' }),
  jwt({ uid: 'x'.repeat(129) }),
  `${alice}.x`,
]) {
  test(`${JSON.stringify(token.slice(0, 60))} is no token of DC/OS: nobody is asked`, async (t) => {
    const { look, asked } = judge({ [token]: 204 });
    t.is(await look(token), undefined);
    t.deepEqual(asked, []);
  });
}

test('not more than thirty-two tokens are asked about at once', async (t) => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const { look } = judge({}, { ask: async (token) => (token === undefined ? 401 : promise) });
  const tokens = Array.from({ length: 40 }, (_, n) => jwt({ uid: `u${n}` }));
  const looks = tokens.map((token) =>
    look(token).then(
      (caller) => caller?.name,
      ({ code }) => code,
    ),
  );
  await new Promise(setImmediate);
  resolve(204);
  const outcomes = await Promise.all(looks);
  t.is(outcomes.filter((outcome) => outcome === 'NOT_READY').length, 8);
  t.is(outcomes[0], 'u0');
});

test('what a browser may have sent by itself must come from our own pages', async (t) => {
  const { look } = judge({ [alice]: 204 });
  const { app } = await testApi(t, { access: { tokens: [], elsewhere: look } });
  const ask = async (headers: Record<string, string>) =>
    (
      await app.inject({
        method: 'DELETE',
        url: '/v1/clusters/a',
        headers: { host: 'dcos', authorization: `token=${alice}`, ...headers },
      })
    ).statusCode;
  t.is(await ask({}), 404);
  t.is(await ask({ origin: 'http://dcos' }), 404);
  t.is(await ask({ origin: 'https://evil.org' }), 403);
  t.is((await app.inject('/v1/admitted')).statusCode, 204);
});
