/** The catalog package: its form, options that are used and options that exist, and what Marathon gets for any of them. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Command } from 'commander';
import fc from 'fast-check';
import _ from 'lodash';
import type { MarathonApp } from '../../marathon/app.ts';
import { checkApp } from '../../marathon/check-app.ts';
import { givenVariables } from '../../src/main/given-files.ts';
import { dcosVariable, secretVariable } from '../../src/main/mesos-client.ts';
import { addSchedulerCommand } from '../../src/main/scheduler-command.ts';
import { version } from '../../src/main/version.ts';
import { tagNames } from '../../universe/cosmos-mustache.ts';
import { type ConfigSchema, packagedFlink, readPackage } from '../../universe/package.ts';
import { mergeOptions, type Options, OptionsRefused, renderPackage } from '../../universe/render.ts';
import { leaves, optionSetsOf } from './support/option-sets.ts';

const definition = await readPackage('http://files.example/flink/', version);
const { config } = definition;

const needed = { service: { token_uri: 'file:///etc/flink-mesos/token' }, flink: { storage: 'file:///shared/flink' } };

/** Of the old package, and without a meaning any more: taken as it was, and refused where somebody relies on it. */
const isRefusedUnlessFalse = (schema: ConfigSchema): boolean => schema.enum?.length === 1 && schema.enum[0] === false;

const schedulerVariables = (): Set<string | undefined> => {
  const program = new Command();
  addSchedulerCommand(program);
  const options = program.commands[0]?.options.map((option) => option.envVar) ?? [];
  return new Set([...options, ...givenVariables, dcosVariable, secretVariable]);
};

test('package.json has the fields of packaging version 4.0, and no others', (t) => {
  const { package: description } = definition;
  t.is(description.packagingVersion, '4.0');
  t.is(description.name, 'flink');
  t.regex(description.version, /^[-a-zA-Z0-9.]+$/);
  for (const field of ['maintainer', 'description', 'tags']) t.truthy(description[field], field);
  t.true((description.tags as string[]).every((tag) => !/\s/.test(tag)));
  t.regex(String(description.minDcosReleaseVersion), /^[\d.]+$/);
  const known =
    'packagingVersion name version maintainer description tags scm website framework upgradesFrom downgradesTo preInstallNotes postInstallNotes postUninstallNotes selected licenses minDcosReleaseVersion hasKnownIssues lastUpdated';
  for (const field of Object.keys(description)) t.true(known.split(' ').includes(field), field);
});

test('every option says what it is', (t) => {
  for (const [path, { type, title, description }] of leaves(config)) {
    t.true([type, title, description].every(Boolean), path);
  }
});

test('no option that is not used, none used that is not documented', (t) => {
  const documented = leaves(config).flatMap(([path, schema]) => (isRefusedUnlessFalse(schema) ? [] : [path]));
  const ofLists = ['name', 'value'];
  const assets = Object.keys(definition.resource.assets.uris).map((name) => `resource.assets.uris.${name}`);
  t.deepEqual(tagNames(definition.marathon), [...documented, ...assets, ...ofLists].sort());
});

test('docs/dcos.md names every option', async (t) => {
  const page = await readFile(new URL('../../docs/dcos.md', import.meta.url), 'utf8');
  for (const [path] of leaves(config)) t.true(page.includes(`\`${path}\``), path);
});

test('what is fetched is what is built, and the default directory is that of the packaged Flink', (t) => {
  const { uris } = definition.resource.assets;
  t.is(uris['flink-mesos'], `http://files.example/flink/flink-mesos-${version}-linux-x64.tar.gz`);
  t.is(uris.flink, `http://files.example/flink/flink-${packagedFlink}-bin-scala_2.12.tgz`);
  t.is(render(needed).env?.FLINK_HOME, `flink-${packagedFlink}`);
});

test('with what is needed alone it is an app that Marathon takes, and an address to find it by', (t) => {
  const app = render(needed);
  t.deepEqual(checkApp(app), []);
  t.is(app.id, 'flink');
  t.is(app.labels?.DCOS_PACKAGE_NAME, 'flink');
  t.is(app.labels?.DCOS_PACKAGE_FRAMEWORK_NAME, app.env?.FLINK_MESOS_FRAMEWORK_NAME as string);
  t.deepEqual(app.secrets, {});
  t.is(
    app.fetch?.some(({ destPath }) => destPath === app.env?.FLINK_MESOS_TOKEN_FILE),
    true,
  );
});

const refused: { what: string; options: Options; says: RegExp }[] = [
  { what: 'no storage', options: { service: needed.service }, says: /storage/ },
  { what: 'no token', options: { flink: needed.flink }, says: /token/ },
  { what: 'an unknown option', options: { ...needed, mesos: { master: 'x' } }, says: /additional/ },
  { what: 'a master without a port', options: { ...needed, mesos: { masters: 'mesos-1' } }, says: /masters/ },
  { what: 'a password for ZooKeeper', options: { ...needed, mesos: { masters: 'zk://u:p@a/mesos' } }, says: /masters/ },
  { what: 'a name that is no id', options: merged({ service: { name: 'My Flink' } }), says: /name/ },
  {
    what: 'TLS of the API without a key',
    options: merged({ security: { api_tls: { enabled: true, cert_uri: 'file:///cert.pem' } } }),
    says: /api_tls/,
  },
  { what: 'a number as text', options: merged({ service: { mem: '768' } }), says: /mem/ },
];

for (const { what, options, says } of refused) {
  test(`refused before anything is installed: ${what}`, (t) => {
    t.regex(t.throws(() => render(options), { instanceOf: OptionsRefused })?.message ?? '', says);
  });
}

test('users cannot put other resources in', (t) => {
  t.throws(() => render({ ...needed, resource: { assets: { uris: { flink: 'x' } } } }), { instanceOf: OptionsRefused });
});

test('secrets of the store are files or variables, and nothing of them stands in the environment', (t) => {
  const app = render({
    service: {
      token_secret: 'flink/token',
      read_token_secret: 'flink/read',
      principal: 'flink',
      principal_secret: 'flink/principal',
      service_account_secret: 'flink/account',
    },
    flink: needed.flink,
    security: {
      api_tls: { enabled: true, cert_secret: 'flink/cert', key_secret: 'flink/key', ca_secret: 'flink/ca' },
      kerberos: { principal: 'p', keytab_secret: 'flink/keytab' },
      ssl: {
        enabled: true,
        keystore_secret: 'flink/keys',
        truststore_secret: 'flink/trust',
        keystore_password_secret: 'flink/word',
        key_password_secret: 'flink/word-of-the-key',
        truststore_password_secret: 'flink/word-of-others',
      },
    },
  });
  t.deepEqual(checkApp(app), []);
  t.is(Object.keys(app.secrets ?? {}).length, 13);
  const files = app.container?.volumes?.flatMap(({ containerPath, secret }) => (secret ? [containerPath] : [])) ?? [];
  const variables = [
    'SECRET_FILE',
    'TOKEN_FILE',
    'READ_TOKEN_FILE',
    'KERBEROS_KEYTAB',
    'TLS_CERT',
    'TLS_KEY',
    'TLS_CA',
  ];
  for (const store of ['KEYSTORE', 'KEYSTORE_PASSWORD_FILE', 'KEY_PASSWORD_FILE', 'TRUSTSTORE'])
    variables.push(`TLS_${store}`);
  variables.push('TLS_TRUSTSTORE_PASSWORD_FILE');
  t.deepEqual(
    variables.map((variable) => String(app.env?.[`FLINK_MESOS_${variable}`])).sort(),
    files.filter((file) => file.startsWith('secrets/')).sort(),
  );
  t.deepEqual(app.env?.DCOS_SERVICE_ACCOUNT_CREDENTIAL, { secret: 'service-account' });
  t.false(JSON.stringify(app.env).includes('flink/'));
});

test('for any options: an app that Marathon takes, variables that the scheduler has, no value lost or bent', (t) => {
  const variables = schedulerVariables();
  fc.assert(
    fc.property(optionSetsOf(config, needed), (options) => {
      const app = render(options);
      const wrong = checkApp(app);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      const { service, mesos, flink } = mergeOptions(config, options) as Record<string, Record<string, unknown>>;
      const env = app.env ?? {};
      for (const name of Object.keys(env)) if (!variables.has(name)) throw new Error(`${name} is no option`);
      const expected: [unknown, unknown][] = [
        [app.instances, service?.instances],
        [app.backoffFactor, service?.backoff_factor],
        [app.id, service?.name],
        [app.user, service?.user],
        [app.cpus, service?.cpus],
        [app.mem, service?.mem],
        [app.disk, service?.disk],
        [app.backoffSeconds, service?.backoff_seconds],
        [app.maxLaunchDelaySeconds, service?.max_launch_delay_seconds],
        [app.constraints, service?.constraints],
        [env.FLINK_MESOS_ROLE, service?.role],
        [env.FLINK_MESOS_LOG_LEVEL, service?.scheduler_log_level],
        [env.FLINK_MESOS_FLINK_LOG_LEVEL, service?.['log-level']],
        [env.FLINK_MESOS_HOST_ATTRIBUTES, service?.hostattribute],
        [env.FLINK_MESOS_PRINCIPAL ?? '', service?.principal],
        [env.FLINK_MESOS_MESOS_MASTER, mesos?.masters],
        [env.FLINK_MESOS_STORAGE, flink?.storage],
        [env.FLINK_HOME, flink?.distribution_directory],
      ];
      for (const [is, should] of expected) {
        if (JSON.stringify(is) !== JSON.stringify(should)) throw new Error(`${is} should be ${should}`);
      }
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

test('for any options: the files that the environment names are brought, and none twice', (t) => {
  fc.assert(
    fc.property(optionSetsOf(config, needed), (options) => {
      const { env = {}, fetch: fetched = [], container } = render(options);
      const brought = [
        ...fetched.flatMap(({ destPath }) => destPath ?? []),
        ...(container?.volumes ?? []).map(({ containerPath }) => containerPath),
      ];
      if (new Set(brought).size !== brought.length) throw new Error(`twice: ${brought}`);
      const named =
        'TOKEN_FILE READ_TOKEN_FILE SECRET_FILE KERBEROS_KEYTAB KRB5_CONF TLS_KEYSTORE TLS_TRUSTSTORE MESOS_CA DCOS_CA TLS_CERT TLS_KEY TLS_CA';
      for (const name of named.split(' ').map((each) => `FLINK_MESOS_${each}`)) {
        const file = env[name];
        if (file !== undefined && !brought.includes(file as string))
          throw new Error(`${name}=${file} comes from nowhere`);
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});

test('with TLS the whole way is https: what is advertised, the health check, Admin Router, the virtual address', (t) => {
  const files = { enabled: true, cert_uri: 'file:///c.pem', key_uri: 'file:///k.pem', ca_uri: 'file:///a.pem' };
  const app = render(merged({ security: { api_tls: files } }));
  t.deepEqual(checkApp(app), []);
  t.regex(app.cmd ?? '', / --advertise-url https:\/\/\$HOST:\$PORT_API$/);
  t.is(app.healthChecks?.[0]?.protocol, 'MESOS_HTTPS');
  t.is(app.labels?.DCOS_SERVICE_SCHEME, 'https');
  t.is(app.portDefinitions?.[0]?.labels?.VIP_0, 'api.flink:443');
  const fetched = new Map(app.fetch?.map(({ uri, destPath }) => [destPath, uri]));
  const found = ['CERT', 'KEY', 'CA'].map((name) => fetched.get(String(app.env?.[`FLINK_MESOS_TLS_${name}`])));
  t.deepEqual(found, ['file:///c.pem', 'file:///k.pem', 'file:///a.pem']);
  const plain = render(needed);
  t.is(plain.healthChecks?.[0]?.protocol, 'MESOS_HTTP');
  t.is(plain.labels?.DCOS_SERVICE_SCHEME, 'http');
  t.is(plain.portDefinitions?.[0]?.labels?.VIP_0, 'api.flink:80');
});

test('on a virtual network the port is the container’s own, and the host has none', (t) => {
  const labels = [
    { name: 'zone', value: 'inner' },
    { name: 'tier', value: '2' },
  ];
  const network = { virtual_network_name: 'overlay', virtual_network_labels: labels };
  const app = render(merged({ service: { virtual_network_enabled: true, ...network }, flink: network }));
  t.deepEqual(checkApp(app), []);
  t.deepEqual(app.networks, [
    { mode: 'container', name: 'overlay', labels: { zone: 'inner', tier: '2', service: 'flink' } },
  ]);
  t.is(app.portDefinitions, undefined);
  t.is(app.container?.portMappings?.[0]?.containerPort, 8180);
  t.regex(app.cmd ?? '', /--listen 0\.0\.0\.0:8180 /);
  t.is(app.env?.FLINK_MESOS_PROCESS_NETWORK, 'overlay');
  t.is(app.env?.FLINK_MESOS_PROCESS_NETWORK_LABELS, 'zone:inner,tier:2,');
});

function render(options: Options): MarathonApp {
  return renderPackage(definition, options);
}

function merged(options: object, under: object = needed): Options {
  return _.merge({}, under, options) as Options;
}
