/**
 * What every npm script of this project calls: `node bin/run.mjs COMMAND [ARGUMENTS]`. It checks that the machine has
 * what the command needs, installs the packages when they are missing or out of date, and runs the command with the
 * Node that the packages bring. Plain JavaScript without dependencies: it is what runs first, on a fresh clone and on
 * an older Node. The commands stand in lib/commands.mjs.
 */
import { runInTurn } from './lib/child.mjs';
import { commands } from './lib/commands.mjs';
import { checkTools } from './lib/machine.mjs';
import { findNode } from './lib/node.mjs';
import { installPackages, packagesAreCurrent } from './lib/packages.mjs';
import { reportTrouble, Trouble } from './lib/trouble.mjs';

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportTrouble(error);
}

async function run([name, ...given]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined) {
    const what = name === undefined ? 'no command was given' : `there is no command "${name}"`;
    throw new Trouble('USAGE', `${what}; known are: ${Object.keys(commands).join(', ')}`);
  }
  // npm takes the "--" that separates arguments away, callers without npm need not.
  const args = given[0] === '--' ? given.slice(1) : given;
  if (args.length > 0 && !command.takesArguments) throw new Trouble('USAGE', `"${name}" takes no arguments`);
  checkTools(command.needs, args);
  if (!packagesAreCurrent()) await installPackages();
  const node = findNode();
  return runInTurn(command.steps.map((step) => [node, ...step, ...args]));
}
