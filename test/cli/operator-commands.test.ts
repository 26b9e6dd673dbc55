/** What operators of DC/OS ask a service: which requests the commands make, and how the answers are shown. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { runClient } from '../../src/cli/client.ts';
import { runDcosFlink } from '../../src/cli/dcos/dcos-flink.ts';
import { run } from './support.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
}

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

async function service(t: ExecutionContext, answers: Record<string, Answer | unknown>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const { authorization, 'content-type': contentType } = headers;
    asked.push({ method, path: url, body: await text(request), authorization, contentType });
    const found = answers[url];
    const { status = 200, body } =
      found !== null && typeof found === 'object' && 'status' in found ? (found as Answer) : { body: found };
    response.writeHead(found === undefined ? 404 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { code: 'NOT_FOUND', message: 'nothing', advice: '', details: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url, run: (command: string) => run(command, { environment: { FLINK_MESOS_URL: url } }) };
}

const deploy = {
  strategy: 'serial',
  status: 'IN_PROGRESS',
  errors: ['the storage cannot be reached'],
  phases: [
    {
      name: 'default',
      strategy: 'parallel',
      status: 'IN_PROGRESS',
      steps: [
        { name: 'default-jobmanager-0', status: 'COMPLETE', message: 'up' },
        { name: 'default-taskmanager-0', status: 'PENDING', message: 'no agent has 8 cpus' },
      ],
    },
    {
      name: 'other',
      strategy: 'serial',
      status: 'COMPLETE',
      steps: [{ name: 'other-jobmanager-0', status: 'COMPLETE' }],
    },
  ],
};

test('plan status shows a tree', async (t) => {
  const { run } = await service(t, { '/v1/plans/deploy': { status: 202, body: deploy } });
  t.is(
    (await run('plan status')).stdout,
    [
      'deploy (serial strategy) (IN_PROGRESS)',
      '! the storage cannot be reached',
      '├─ default (parallel strategy) (IN_PROGRESS)',
      '│  ├─ default-jobmanager-0 (COMPLETE)',
      '│  └─ default-taskmanager-0 (PENDING): no agent has 8 cpus',
      '└─ other (serial strategy) (COMPLETE)',
      '   └─ other-jobmanager-0 (COMPLETE)',
      '',
    ].join('\n'),
  );
  t.deepEqual(JSON.parse((await run('plan show deploy --json')).stdout), deploy);
});

test('a plan with errors is shown, though its status is 417', async (t) => {
  const { run } = await service(t, { '/v1/plans/update': { status: 417, body: { ...deploy, status: 'ERROR' } } });
  const { exitCode, stdout } = await run('plan status update');
  t.is(exitCode, 0);
  t.regex(stdout, /^update \(serial strategy\) \(ERROR\)\n! the storage/);
});

const acts: readonly (readonly [command: string, path: string])[] = [
  ['plan start deploy', '/v1/plans/deploy/start'],
  ['plan stop deploy', '/v1/plans/deploy/stop'],
  ['plan pause deploy', '/v1/plans/deploy/interrupt'],
  ['plan interrupt deploy default', '/v1/plans/deploy/interrupt?phase=default'],
  ['plan resume deploy default', '/v1/plans/deploy/continue?phase=default'],
  ['plan continue deploy', '/v1/plans/deploy/continue'],
  ['plan force-restart deploy default a', '/v1/plans/deploy/restart?phase=default&step=a'],
  ['plan restart deploy', '/v1/plans/deploy/restart'],
  ['plan force-complete deploy default a', '/v1/plans/deploy/forceComplete?phase=default&step=a'],
];

for (const [command, path] of acts) {
  test(`${command} posts ${path}`, async (t) => {
    const { run, asked } = await service(t, { [path]: { message: 'so it is' } });
    const { exitCode, stdout, stderr } = await run(command);
    t.deepEqual([exitCode, stdout, stderr], [0, 'so it is\n', '']);
    t.like(asked, [{ method: 'POST', path }]);
  });
}

test('pods: their names, how they stand, what they are, their end', async (t) => {
  const pod = {
    name: 'default-taskmanager-0',
    tasks: [{ id: 'a-1', name: 'default-taskmanager-0-node', status: 'RUNNING' }],
  };
  const { run, asked } = await service(t, {
    '/v1/pod': ['default-taskmanager-0'],
    '/v1/pod/status': { pods: [{ name: 'default-taskmanager', instances: [pod] }] },
    '/v1/pod/default-taskmanager-0/status': pod,
    '/v1/pod/default-taskmanager-0/info': [{ info: {} }],
    '/v1/pod/default-taskmanager-0/restart': { pod: 'default-taskmanager-0', tasks: ['x'] },
    '/v1/pod/default-taskmanager-0/replace': { pod: 'default-taskmanager-0', tasks: ['x'] },
  });
  t.is((await run('pod list')).stdout, 'default-taskmanager-0\n');
  const table = 'POD                    STATUS   TASK\ndefault-taskmanager-0  RUNNING  a-1\n';
  t.is((await run('pod status')).stdout, table);
  t.is((await run('pod status default-taskmanager-0')).stdout, table);
  t.deepEqual(JSON.parse((await run('pod info default-taskmanager-0')).stdout), [{ info: {} }]);
  for (const act of ['restart', 'replace'])
    t.regex((await run(`pod ${act} default-taskmanager-0`)).stdout, /is being ended/);
  t.is(asked.filter(({ method }) => method === 'POST').length, 2);
});

test('pods are paused and resumed, also where other plugins have that', async (t) => {
  const name = 'default-taskmanager-0';
  const answer = { pod: name, tasks: [] };
  const { run, asked } = await service(t, { [`/v1/pod/${name}/pause`]: answer, [`/v1/pod/${name}/resume`]: answer });
  t.is((await run(`pod pause ${name}`)).stdout, `Pod ${name} is paused.\n`);
  t.is((await run(`debug pod pause ${name}`)).stdout, `Pod ${name} is paused.\n`);
  t.is((await run(`pod resume ${name}`)).stdout, `Pod ${name} is resumed.\n`);
  t.is((await run(`debug pod resume ${name}`)).stdout, `Pod ${name} is resumed.\n`);
  t.deepEqual(
    asked.map(({ path }) => path.replace(/.*\//, '')),
    ['pause', 'pause', 'resume', 'resume'],
  );
});

test('endpoints and debug', async (t) => {
  const { run } = await service(t, {
    '/v1/endpoints': ['api'],
    '/v1/endpoints/api': { dns: ['api.flink.mesos:80'], address: ['10.0.0.1:8180'], vip: 'api.flink.l4lb:80' },
    '/v1/configurations/targetId': ['id'],
    '/v1/state/frameworkId': ['f-1'],
    '/v2/debug/offers': { accepted_count: 1 },
    '/v1/state/properties/version': '0.1.0',
    '/v1/state/refresh': { message: 'Received cmd: refresh' },
  });
  t.is((await run('debug state property version')).stdout, '"0.1.0"\n');
  t.regex((await run('debug state refresh_cache')).stdout, /Received cmd: refresh/);
  t.is((await run('endpoints')).stdout, 'api\n');
  t.is(
    (await run('endpoints api')).stdout,
    'address  10.0.0.1:8180\nDNS      api.flink.mesos:80\nVIP      api.flink.l4lb:80\n',
  );
  t.deepEqual(JSON.parse((await run('debug config target_id')).stdout), ['id']);
  t.deepEqual(JSON.parse((await run('debug state framework-id')).stdout), ['f-1']);
  t.deepEqual(JSON.parse((await run('debug offers')).stdout), { accepted_count: 1 });
  t.is((await run('debug config show nope')).exitCode, 3);
});

async function dcos(command: string, environment: Record<string, string>, stdin = '') {
  let stdout = '';
  let stderr = '';
  const exitCode = await runDcosFlink(['flink', ...command.split(' ')], '1.2.3', {
    stdin: Readable.from([stdin]),
    stdout: {
      write: (more: string) => {
        stdout += more;
        return true;
      },
    },
    stderr: {
      write: (more: string) => {
        stderr += more;
        return true;
      },
    },
    environment,
  });
  return { exitCode, stdout, stderr };
}

test('update start sends the options to Cosmos, in its types and for the service that is named', async (t) => {
  const { url, asked } = await service(t, { '/cosmos/service/update': { marathonDeploymentId: 'a' } });
  const environment = { DCOS_URL: url, DCOS_ACS_TOKEN: 'tok' };
  const { exitCode } = await dcos('update start --name prod/flink --options -', environment, '{"service":{"cpus":2}}');
  t.is(exitCode, 0);
  t.like(asked, [
    {
      method: 'POST',
      path: '/cosmos/service/update',
      authorization: 'token=tok',
      contentType: 'application/vnd.dcos.service.update-request+json;charset=utf-8;version=v1',
      body: JSON.stringify({ appId: '/prod/flink', options: { service: { cpus: 2 } }, replace: false }),
    },
  ]);
  t.is((await dcos('update start', environment)).exitCode, 2);
  t.is((await dcos('update start --options -', environment, 'no JSON')).exitCode, 2);
});

test('update pause, resume, force-restart and force-complete act on the plan', async (t) => {
  const acts = {
    pause: 'interrupt',
    resume: 'continue',
    'force-restart': 'restart',
    'force-complete': 'forceComplete',
  };
  for (const [word, act] of Object.entries(acts)) {
    const path = `/service/flink/v1/plans/update/${act}?phase=default&step=a`;
    const { url, asked } = await service(t, { [path]: { message: 'so it is' } });
    const { exitCode, stdout } = await dcos(`update ${word} default a`, { DCOS_URL: url });
    t.deepEqual([exitCode, stdout], [0, 'so it is\n'], word);
    t.like(asked, [{ method: 'POST', path }]);
  }
});

test('what Cosmos refuses is told in words: a field that does not suit, a service that is not there, an upgrade', async (t) => {
  const refusal = (type: string, data: unknown = {}) => ({ status: 400, body: { type, message: 'no', data } });
  const errors = [{ instance: { pointer: '/service/cpus' }, message: 'is no number' }];
  const cases = [
    [refusal('JsonSchemaMismatch', { errors }), 2, /\/service\/cpus is no number/],
    [refusal('MarathonAppNotFound'), 3, /no service flink/],
    [refusal('VersionUpgradeNotSupportedInOpen'), 4, /uninstall/],
    [refusal('Odd'), 4, /Odd: no/],
  ] as const;
  for (const [answer, code, words] of cases) {
    const { url } = await service(t, { '/cosmos/service/update': answer });
    const { exitCode, stderr } = await dcos('update start --package-version 2', { DCOS_URL: url });
    t.is(exitCode, code);
    t.regex(stderr, words);
  }
});

test('describe prints the options that hold', async (t) => {
  const resolvedOptions = { service: { name: 'flink' } };
  const { url } = await service(t, { '/cosmos/service/describe': { resolvedOptions, upgradesTo: ['2'] } });
  t.deepEqual(JSON.parse((await dcos('describe', { DCOS_URL: url })).stdout), resolvedOptions);
  t.regex((await dcos('update package-versions', { DCOS_URL: url })).stdout, /upgraded to: 2\n/);
});

test('dcos flink without a cluster says what to do; --info and --config-schema answer older dcos', async (t) => {
  const { exitCode, stderr } = await dcos('list', {});
  t.is(exitCode, 2);
  t.regex(stderr, /dcos cluster setup URL/);
  t.regex((await dcos('--info', {})).stdout, /^[^\n]+\n$/);
  t.is(JSON.parse((await dcos('--config-schema', {})).stdout).properties.service_name.default, 'flink');
  t.is((await dcos('--version', {})).stdout, '1.2.3\n');
});

test('there is one code base: dcos flink has every command of flink-mesos that asks a scheduler', async (t) => {
  const names = (help: string) => [...help.matchAll(/^ {2}([a-z][a-z|-]*)/gm)].map((match) => match[1] ?? '');
  const io = { stdin: process.stdin, environment: {} };
  let help = '';
  const write = (more: string) => {
    help += more;
    return true;
  };
  await runClient(['--help'], { ...io, stdout: { write }, stderr: { write } });
  const dcosNames = names((await dcos('--help', {})).stdout);
  t.true(names(help).length > 20);
  t.deepEqual(
    names(help).filter((name) => !dcosNames.includes(name)),
    [],
  );
});
