/**
 * The working directory of a TaskManager, in shell. With local recovery it lies in a directory of the agent's own, below one of its
 * cluster: what a lost TaskManager left there becomes its heir's by a new name, which only one of several can give it; Flink
 * finds state by the slot's allocation, not by who had it. A link stands where it was: what is kept there names itself by the whole path.
 *
 * What other clusters left, nobody tells of who is gone for good. Each process holds a lock on a file of its cluster's
 * directory for as long as it lives (the JVM inherits it): where nobody holds it and nothing has changed for a day, the directory goes.
 */
import { localState } from '../driver/names.ts';

const lockName = '.flink-mesos';
const DAY_MIN = 24 * 60;

const { directory, heritage, gone } = localState;

/** By this name a directory is known to be ours, and nothing without it is ever removed. */
const holdLock: readonly string[] = [
  `  lock="$work/${lockName}"`,
  '  if command -v flock >/dev/null; then',
  // Whoever swept it away meanwhile took the file that was locked along.
  '    until mkdir -p "$work" && exec 9>>"$lock" && flock -s 9 && [ -e "$lock" ]; do :; done',
  '    ( ( sweep ) >/dev/null 2>&1 & )',
  '  fi',
];

/** Aside, so that nobody waits for it. */
const sweep: readonly string[] = [
  'sweep() {',
  `  for lock in "$(dirname "$work")"/*/${lockName}; do`,
  '    left=$(dirname "$lock")',
  '    if [ "$left" = "$work" ] || [ ! -e "$lock" ]; then continue; fi',
  `    if [ -n "$(find "$left" -mmin -${DAY_MIN} -print -quit)" ]; then continue; fi`,
  '    flock -n -x "$lock" rm -rf "$left" || :',
  '  done',
  '}',
];

const inherit: readonly string[] = [
  `  for before in $${heritage}; do`,
  '    if mv "$work/tm_$before" "$work/tm_$TASK_ID" 2>/dev/null; then',
  '      ln -s "tm_$TASK_ID" "$work/tm_$before"',
  '      echo "flink-mesos: local state of $before"',
  '      break',
  '    fi',
  '  done',
  `  for before in $${gone}; do`,
  '    if [ ! -L "$work/tm_$before" ] || [ ! -e "$work/tm_$before" ]; then rm -rf "$work/tm_$before"; fi',
  '  done',
];

export const enterWorkingDirectory: readonly string[] = [
  'work="$PWD/work"',
  ...sweep,
  `if [ -n "$${directory}" ]; then`,
  `  case "$${directory}" in /*) work="$${directory}" ;; *) work="$PWD/$${directory}" ;; esac`,
  '  mkdir -p "$work"',
  ...holdLock,
  ...inherit,
  'fi',
];
