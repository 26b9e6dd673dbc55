/**
 * Shell completion, made from the commands themselves. Bash has a function for a whole program; for `dcos flink` there are
 * the functions that the completion of `dcos` calls by their names (dcos-cli 1.2.0, pkg/cmd/completion/completion.sh).
 */
import type { Command } from 'commander';

interface Words {
  /** Names from the program down: `['jobs', 'list']`. */
  readonly path: readonly string[];
  readonly commands: readonly string[];
  readonly flags: readonly string[];
}

function wordsOf(command: Command, path: readonly string[] = []): Words[] {
  const commands = command.commands.flatMap((each) => [each.name(), ...each.aliases()]);
  const flags = command.options.filter(({ hidden, long }) => !hidden && long).map(({ long }) => long ?? '');
  const own = { path, commands, flags: [...flags, '--help'] };
  const below = command.commands.flatMap((each) =>
    [each.name(), ...each.aliases()].flatMap((name) => wordsOf(each, [...path, name])),
  );
  return [own, ...below];
}

/** `source <(flink-mesos completion)`; options and files are completed where no command is to follow. */
export function bashCompletion(program: Command): string {
  const name = program.name().replaceAll(/[^a-z]/g, '_');
  const cases = wordsOf(program).map(
    ({ path, commands, flags }) =>
      `    '${path.join(' ')}') commands='${commands.join(' ')}'; flags='${flags.join(' ')}' ;;`,
  );
  return `# bash completion of ${program.name()}: source <(${program.name()} completion)
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' word commands flags at
  _${name}_words ''
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case " $commands " in *" $word "*) path="\${path:+$path }$word"; _${name}_words "$path" ;; esac
  done
  case "$current" in
    -*) mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current") ;;
  esac
}
_${name}_words() {
  case "$1" in
${cases.join('\n')}
    *) commands=''; flags='' ;;
  esac
}
complete -o default -F _${name} ${program.name()}
`;
}

/** One function a command, called by its path with "-" as "_"; the helpers and variables are those of dcos. */
export function dcosCompletion(program: Command): string {
  const functions = wordsOf(program).map(({ path, commands, flags }) => {
    const name = ['_dcos_flink', ...path].join('_').replaceAll('-', '_');
    const list = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(' ');
    return `${name}() {
    local i command
    if ! __dcos_default_command_parse; then
        return
    fi
    local commands=(${list(commands)})
    local flags=(${list(flags)})
    if [ -z "$command" ]; then
        case "$cur" in
            --*=*) return ;;
            --*) __dcos_handle_compreply "\${flags[@]}" ;;
            *) __dcos_handle_compreply "\${commands[@]}" ;;
        esac
        return
    fi
    __dcos_handle_subcommand
}`;
  });
  return `#!/bin/bash\n\n${functions.join('\n\n')}\n`;
}
