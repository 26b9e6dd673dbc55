/** What DC/OS, Marathon and Mesos say in the environment. */
import test from 'ava';
import { readDcosEnvironment } from '../../src/main/dcos-environment.ts';

const rows: [Record<string, string>, { groupRole?: boolean }, object][] = [
  [{}, {}, {}],
  [{ SDK_UNINSTALL: 'true' }, {}, { uninstall: true }],
  [{ SDK_UNINSTALL: '', FLINK_MESOS_SECRET: '' }, {}, {}],
  [{ FLINK_MESOS_SECRET: 's' }, {}, { plainSecret: 's' }],
  [{ DCOS_SERVICE_ACCOUNT_CREDENTIAL: '{}' }, {}, { dcosCredential: '{}' }],
  [{ MESOS_ALLOCATION_ROLE: 'dev' }, {}, {}],
  [{ MESOS_ALLOCATION_ROLE: 'dev' }, { groupRole: true }, { role: 'dev' }],
  [{ MESOS_ALLOCATION_ROLE: 'dev', MARATHON_APP_ENFORCE_GROUP_ROLE: 'true' }, {}, { role: 'dev' }],
  [{ MESOS_ALLOCATION_ROLE: 'dev', MARATHON_APP_ENFORCE_GROUP_ROLE: 'false' }, {}, {}],
];

for (const [environment, options, expected] of rows) {
  test(`${JSON.stringify(environment)} ${JSON.stringify(options)}`, (t) => {
    t.deepEqual<unknown, unknown>(readDcosEnvironment(environment, options), expected);
  });
}

test('a role of the group that nobody names is refused', (t) => {
  t.throws(() => readDcosEnvironment({}, { groupRole: true }), { code: 'USAGE', message: /MESOS_ALLOCATION_ROLE/ });
});
