/**
 * The program behind `dcos flink`: all commands of `flink-mesos` that ask a scheduler, through DC/OS, and what only DC/OS
 * can do. The first argument is always the command's name; `--info` and `--config-schema` are what older dcos ask plugins.
 */
import { Command } from 'commander';
import { addClientCommands, runProgram } from '../client.ts';
import { type ClientIo, printLine, processIo } from '../io.ts';
import { dcosDoor } from './dcos-door.ts';
import { addUpdateCommands } from './update.ts';

const description = 'Apache Flink on DC/OS: clusters, jobs and the service itself';

const configSchema = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  properties: {
    service_name: { type: 'string', description: 'name of the service that commands are for', default: 'flink' },
  },
  additionalProperties: false,
};

/** Written into the bundle. */
export function pluginVersion(): string {
  return process.env.FLINK_MESOS_VERSION ?? 'development';
}

export function createDcosProgram(
  version: string,
  given: ClientIo,
): { readonly program: Command; readonly io: ClientIo } {
  const program = new Command('dcos flink').description(description).version(version);
  const io: ClientIo = { ...given, door: dcosDoor(program) };
  addClientCommands(program, io, [addUpdateCommands]);
  return { program, io };
}

export async function runDcosFlink(
  argv: readonly string[],
  version: string,
  given: ClientIo = processIo(),
): Promise<number> {
  const [command, ...rest] = argv;
  const args = command === 'flink' ? rest : argv;
  const asked = args[0] === '--info' || args[0] === '--config-schema' ? args[0] : undefined;
  if (asked !== undefined) {
    printLine(given, asked === '--info' ? description : JSON.stringify(configSchema));
    return 0;
  }
  const { program, io } = createDcosProgram(version, given);
  return runProgram(program, args, io);
}
