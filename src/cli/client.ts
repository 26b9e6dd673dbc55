/**
 * The client side of `flink-mesos`: every command is a request to the scheduler's API. main hangs these commands beside
 * its own on one program; runClient is the client alone.
 */
import { Command } from 'commander';
import { addClusterCommands } from './commands/clusters.ts';
import { addEventCommand } from './commands/events.ts';
import { addJarCommands } from './commands/jars.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addOperatorCommands } from './commands/operator.ts';
import { addApplicationCommand } from './commands/run-application.ts';
import { addSchedulerCommands } from './commands/scheduler.ts';
import { addLogCommand } from './commands/task-files.ts';
import { addTaskCommands } from './commands/tasks.ts';
import { addWhyCommands } from './commands/why.ts';
import { addDoorOptions, directDoor } from './door.ts';
import { reportFailure } from './failures.ts';
import { type ClientIo, processIo } from './io.ts';

export { reportFailure } from './failures.ts';
export { type ClientIo, processIo } from './io.ts';

/** `argv` is what follows the program's name. Resolves to the exit code; never rejects. */
export function runClient(argv: readonly string[], io: ClientIo = processIo()): Promise<number> {
  const program = new Command('flink-mesos').description('Apache Flink on Apache Mesos');
  addClientCommands(program, io);
  return runProgram(program, argv, io);
}

type AddCommands = (program: Command, io: ClientIo) => void;

const clientCommands: readonly AddCommands[] = [
  addClusterCommands,
  addApplicationCommand,
  addJobCommands,
  addJarCommands,
  addTaskCommands,
  addLogCommand,
  addWhyCommands,
  addEventCommand,
  addSchedulerCommands,
  addOperatorCommands,
];

/** To be called before commands of other kinds are added: they inherit how failures are reported. */
export function addClientCommands(program: Command, io: ClientIo, more: readonly AddCommands[] = []): void {
  program
    .exitOverride()
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => {}, // reportFailure says it, in our form
    });
  for (const add of [...clientCommands, ...more]) add(program, io);
  addDoorOptions(program, io.door ?? directDoor);
}

export async function runProgram(program: Command, argv: readonly string[], io: ClientIo): Promise<number> {
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (io.signal?.aborted) return 0;
    return reportFailure(error, io);
  }
}
