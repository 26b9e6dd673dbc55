/** The apps that we ship: Marathon's form and rules, options that the scheduler has, files that are built. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { Command } from 'commander';
import { fillApp, type MarathonApp, placeholders } from '../../marathon/app.ts';
import { checkApp } from '../../marathon/check-app.ts';
import { addSchedulerCommand } from '../../src/main/scheduler-command.ts';
import { version } from '../../src/main/version.ts';

const directory = fileURLToPath(new URL('../../marathon/', import.meta.url));
const apps = readdirSync(directory).filter((name) => name.endsWith('.json') && name !== 'app.schema.json');

const values = {
  zookeeper: 'zk-1:2181,zk-2:2181',
  artifacts: 'http://files.example',
  image: 'registry.example/flink-mesos:1',
};

const template = (name: string): string => readFileSync(`${directory}${name}`, 'utf8');

test('there are apps', (t) => {
  t.deepEqual(apps.sort(), [
    'flink-mesos-container.json',
    'flink-mesos-ha-container.json',
    'flink-mesos-ha.json',
    'flink-mesos.json',
  ]);
});

for (const name of apps) {
  test(`${name}: Marathon takes it`, (t) => {
    t.deepEqual(checkApp(fillApp(template(name), values)), []);
  });

  test(`${name}: ZooKeeper and artifacts or image are all that is to fill in`, (t) => {
    const asked = placeholders(template(name)).sort();
    const where = name.includes('container') ? 'image' : 'artifacts';
    t.deepEqual(asked, [where, 'zookeeper'].sort());
    const text = JSON.stringify(fillApp(template(name), values));
    for (const placeholder of asked) t.true(text.includes(values[placeholder as keyof typeof values]), placeholder);
    t.throws(() => fillApp(template(name), { ...values, zookeeper: '' }), { message: /zookeeper/ });
  });

  test(`${name}: every variable is an option of the scheduler`, (t) => {
    const program = new Command();
    addSchedulerCommand(program);
    const known = new Set(program.commands[0]?.options.map((option) => option.envVar));
    for (const variable of Object.keys(fillApp(template(name), values).env ?? {}))
      t.true(known.has(variable), variable);
  });

  if (name.includes('-ha')) {
    test(`${name}: state is in ZooKeeper, each instance on a host of its own, and others take over at once`, (t) => {
      const app = fillApp(template(name), values);
      t.is(app.env?.FLINK_MESOS_ZK, 'zk://zk-1:2181,zk-2:2181/flink-mesos');
      t.deepEqual(app.constraints, [['hostname', 'UNIQUE']]);
      t.is(app.instances, 3);
      t.is(app.container?.volumes, undefined);
      t.is(app.labels?.MARATHON_SINGLE_INSTANCE_APP, undefined);
    });
    continue;
  }
  test(`${name}: state outlives the sandbox, and Marathon runs no second instance beside the first`, (t) => {
    const app = fillApp(template(name), values);
    const volume = app.container?.volumes?.find(({ persistent }) => persistent !== undefined);
    t.is(app.env?.FLINK_MESOS_DATA_DIR, volume?.containerPath);
    t.deepEqual(app.upgradeStrategy, { minimumHealthCapacity: 0, maximumOverCapacity: 0 });
    t.is(app.instances, 1);
  });
}

test('values that hold quotes stay what they are', (t) => {
  const app = fillApp(template('flink-mesos.json'), { ...values, zookeeper: 'a"b\\c' });
  t.is(app.env?.FLINK_MESOS_MESOS_MASTER, 'zk://a"b\\c/mesos');
});

test('the archive of this version is what is fetched', (t) => {
  const { fetch: fetched = [] } = fillApp(template('flink-mesos.json'), values);
  t.is(fetched[0]?.uri, `http://files.example/flink-mesos-${version}-linux-x64.tar.gz`);
  t.true(readFileSync(`${directory}Dockerfile`, 'utf8').includes(`flink-mesos-${version}-linux-x64.tar.gz`));
});

const good = (): MarathonApp => fillApp(template('flink-mesos.json'), values);

const refused: { what: string; app: () => unknown; says: RegExp }[] = [
  { what: 'a field that Marathon does not know', app: () => ({ ...good(), memory: 1 }), says: /additional properties/ },
  { what: 'cmd and args', app: () => ({ ...good(), args: ['x'] }), says: /exclude/ },
  { what: 'nothing to run', app: () => ({ ...good(), cmd: undefined }), says: /needed/ },
  { what: 'a number in the environment', app: () => ({ ...good(), env: { A: 1 } }), says: /env\/A/ },
  { what: 'an unknown operator', app: () => ({ ...good(), constraints: [['hostname', 'NEAR']] }), says: /constraints/ },
  { what: 'an id with blanks', app: () => ({ ...good(), id: '/my flink' }), says: /id/ },
  { what: 'two instances of a single one', app: () => ({ ...good(), instances: 2 }), says: /one instance/ },
  {
    what: 'a rolling upgrade of a single instance',
    app: () => ({ ...good(), upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 } }),
    says: /upgradeStrategy of 0 and 0/,
  },
  {
    what: 'a health check of a port that is not there',
    app: () => ({ ...good(), healthChecks: [{ protocol: 'HTTP', portIndex: 1 }] }),
    says: /port 1/,
  },
  {
    what: 'a secret that is not defined',
    app: () => ({ ...good(), env: { A: { secret: 'a' } } }),
    says: /secret a is not defined/,
  },
  { what: 'a secret that is not used', app: () => ({ ...good(), secrets: { a: { source: 'x' } } }), says: /not used/ },
  {
    what: 'ports of the host on a network of containers',
    app: () => ({ ...good(), networks: [{ mode: 'container', name: 'dcos' }] }),
    says: /portDefinitions/,
  },
];

for (const { what, app, says } of refused) {
  test(`refused: ${what}`, (t) => {
    t.regex(checkApp(JSON.parse(JSON.stringify(app()))).join('\n'), says);
  });
}
