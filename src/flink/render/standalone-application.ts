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
const { jar, jobId, lastCheckpoint } = applicationEnvironment;

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

/** At a savepoint, or where the attempt before left off. */
const goOn: readonly string[] = [
  `if [ -n "$${lastCheckpoint}" ]; then`,
  `  place=$(printf %s "$${lastCheckpoint}" | sed 's/[\\\\"]/\\\\&/g')`,
  `  printf '"--fromSavepoint" "%s"\\n' "$place" >>${wholePath}`,
  'fi',
];
