/**
 * Every option of a command may come from the environment too, as supervisors (Marathon, systemd) like to give them:
 * `--data-dir` is FLINK_MESOS_DATA_DIR. The command line wins. An empty variable is no value: templates leave some empty.
 */
import type { Command } from 'commander';

/** To be called before options are added: commander listens for a variable from the moment that an option is added. */
export function readEnvironment(command: Command, environment: NodeJS.ProcessEnv = process.env): Command {
  const add = command.addOption.bind(command);
  command.addOption = (option) => {
    const name = option.envVar ?? environmentName(option.name());
    if (environment[name] === '') option.envVar = undefined;
    else option.env(name);
    return add(option);
  };
  return command;
}

export function environmentName(option: string): string {
  return `FLINK_MESOS_${option.toUpperCase().replaceAll('-', '_')}`;
}
