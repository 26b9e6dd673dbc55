/**
 * The JobManager of an application cluster without the driver: Flink's own entry point. It takes the program's arguments behind
 * its options, and java reads no file of arguments after the name of a class: so all of them go into one file, with the class in
 * front, and none stands on a command line.
 */
import { applicationEnvironment, applicationJar, argumentsPath, entryClassPath } from '../driver/names.ts';
import type { Distribution } from '../plan/records.ts';
import { jobManagerOptions, jvmWords, prelude, type ShellOptions } from './commands.ts';
import { libraryDirectory } from './sandbox.ts';

/** Exit status of a JobManager whose program is not there: no other attempt would do better. */
export const NO_PROGRAM_STATUS = 65;

const wholePath = 'tmp/jobmanager.args';
const { jar, jobId, earlierJobs, lastCheckpoint, checkpoints } = applicationEnvironment;

export function standaloneApplicationCommand(
  distribution: Distribution,
  parallelism: number | undefined,
  added: ShellOptions = {},
): string {
  const options = {
    ...jobManagerOptions,
    ...added,
    ...(parallelism !== undefined && { 'parallelism.default': String(parallelism) }),
  };
  return [
    ...prelude(distribution, 'jobmanager'),
    // By which java reads the bytes of arguments.
    `export LC_ALL="\${LC_ALL:-C.UTF-8}"`,
    // At a place whose name needs no quotes.
    `if [ -n "$${jar}" ]; then ln -sfn "$${jar}" ${applicationJar}; fi`,
    ...lookForProgram,
    `cat >${wholePath} <<END`,
    '"org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint"',
    '"--configDir" "$PWD/conf"',
    `"--jars" "local://$PWD/${applicationJar}" "--job-id" "$${jobId}"`,
    ...Object.entries(options).map(([option, value]) => `"-D" "${option}=${value}"`),
    'END',
    ...goOn,
    `cat ${argumentsPath} >>${wholePath}`,
    jvmWords({ part: 'jobmanager' }, [`@${wholePath}`]),
  ].join('\n');
}

/** Flink's entry point ends for want of it as for any other reason. */
const lookForProgram: readonly string[] = [
  `classes="$PWD/${applicationJar}:$home/lib/*:$PWD/${libraryDirectory}/*"`,
  `if [ -f ${entryClassPath} ] && ! "$java" --dry-run -cp "$classes" @${entryClassPath}; then exit ${NO_PROGRAM_STATUS}; fi`,
];

/**
 * The newest checkpoint of the last attempt that left any, where the storage is a directory of this agent: the one that was
 * seen last may be gone by now, and a savepoint is what those attempts began with. Into other storages only Flink can look.
 */
const lookForCheckpoints: readonly string[] = [
  `place="$${lastCheckpoint}"`,
  `case "$${checkpoints}" in file:/* | /*) attempts=$(echo "$${earlierJobs}" | tr , ' ') ;; *) attempts= ;; esac`,
  'for attempt in $attempts; do',
  `  newest=`,
  `  for metadata in "\${${checkpoints}#file:}/$attempt"/chk-*/_metadata; do`,
  '    number=${metadata%/_metadata} && number=${number##*/chk-}',
  '    if [ -s "$metadata" ] && [ "$number" -gt "${newest:-0}" ]; then newest=$number; fi',
  '  done',
  '  if [ -n "$newest" ]; then',
  `    seen=$(printf %s "$place" | sed -n 's#.*/chk-\\([0-9][0-9]*\\)/*$#\\1#p')`,
  `    if [ "\${seen:-0}" -lt "$newest" ]; then place="$${checkpoints}/$attempt/chk-$newest"; fi`,
  '    break',
  '  fi',
  'done',
];

/** At a savepoint, or where the attempt before left off. */
const goOn: readonly string[] = [
  ...lookForCheckpoints,
  `if [ -n "$place" ]; then`,
  `  place=$(printf %s "$place" | sed 's/[\\\\"]/\\\\&/g')`,
  `  printf '"--fromSavepoint" "%s"\\n' "$place" >>${wholePath}`,
  'fi',
];
