import test from 'ava';
import { Command, Option } from 'commander';
import { environmentName, readEnvironment } from '../../src/main/environment.ts';
import { addSchedulerCommand } from '../../src/main/scheduler-command.ts';

function parsed(argv: string[], environment: Record<string, string>): Record<string, unknown> {
  for (const [name, value] of Object.entries(environment)) process.env[name] = value;
  try {
    return readEnvironment(new Command('x'))
      .option('--data-dir <dir>', 'd', 'here')
      .addOption(new Option('--flink-home <dir>', 'f').env('FLINK_HOME'))
      .parse(argv, { from: 'user' })
      .opts();
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}

test.serial('the environment gives what the command line does not', (t) => {
  t.is(parsed([], { FLINK_MESOS_DATA_DIR: '/env' }).dataDir, '/env');
  t.is(parsed(['--data-dir', '/argv'], { FLINK_MESOS_DATA_DIR: '/env' }).dataDir, '/argv');
  t.is(parsed([], {}).dataDir, 'here');
});

test.serial('an empty variable is no value', (t) => {
  t.deepEqual(parsed([], { FLINK_MESOS_DATA_DIR: '', FLINK_HOME: '' }), { dataDir: 'here' });
});

test.serial('a name of its own is kept', (t) => {
  t.is(parsed([], { FLINK_HOME: '/flink' }).flinkHome, '/flink');
});

test('every option of the scheduler has a variable, and no two the same', (t) => {
  const program = new Command();
  addSchedulerCommand(program);
  const options = program.commands[0]?.options ?? [];
  const names = options.map((option) => option.envVar ?? '');
  t.true(names.length > 10);
  t.deepEqual(names, [...new Set(names)]);
  for (const option of options) {
    t.true(['FLINK_HOME', environmentName(option.name())].includes(option.envVar ?? ''), option.name());
  }
});
