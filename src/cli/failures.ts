/** Failures as users meet them: `error CODE: message`, what to do, and the exit code of the table of problems. */
import { CommanderError } from 'commander';
import { Problem } from '../lib/problem.ts';
import type { ClientIo } from './io.ts';
import { asText } from './table.ts';

export function reportFailure(error: unknown, io: ClientIo): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help and --version have been printed
  const problem = asProblem(error);
  io.stderr.write(`error ${problem.code}: ${problem.message.split('\n').map(asText).join('\n')}\n`);
  io.stderr.write(`  ${problem.advice}\n`);
  if (problem !== error && problem.code === 'INTERNAL')
    io.stderr.write(`${(error as Error)?.stack ?? String(error)}\n`);
  return problem.exitCode;
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof CommanderError) return new Problem('USAGE', usageMessage(error), { cause: error });
  return new Problem('INTERNAL', (error as Error)?.message ?? String(error), { cause: error });
}

function usageMessage(error: CommanderError): string {
  // Commander says only '(outputHelp)' where a subcommand is missing; the help has been printed.
  return error.code === 'commander.help' ? 'name a command' : error.message.replace(/^error: /, '');
}
