/**
 * The shell lines that become Flink's processes. Plain java, not Flink's scripts: those start three JVMs before the one
 * that counts. Nothing in a line comes from a user: their values are in conf/ (see configuration.ts) or in the
 * environment, and whatever depends on the placement is a variable that the task is given.
 */
import {
  applicationEnvironment,
  applicationJar,
  driverEnvironment,
  driverJarName,
  entryPoints,
  programPath,
  secretPath,
} from '../driver/names.ts';
import type { WantedWorker } from '../driver/wire.ts';
import type { Distribution } from '../plan/records.ts';
import { findClassArchive, makeClassArchive } from './class-archive.ts';
import { enterWorkingDirectory } from './local-state.ts';
import { libraryDirectory, pluginDirectory } from './sandbox.ts';

/** Flink option → the shell's words for its value. */
export type ShellOptions = Readonly<Record<string, string>>;

export function jobManagerCommand(distribution: Distribution, added: ShellOptions = {}): string {
  return [
    ...prelude(distribution, 'jobmanager'),
    javaCommand({
      part: 'jobmanager',
      mainClass: 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint',
      options: { ...jobManagerOptions, ...added },
    }),
  ].join('\n');
}

/** Our entry point finds its configuration by FLINK_CONF_DIR, and takes -D alone. */
export function elasticJobManagerCommand(distribution: Distribution, added: ShellOptions = {}): string {
  return [
    ...prelude(distribution, 'jobmanager'),
    `export ${driverEnvironment.secretFile}="$PWD/${secretPath}"`,
    javaCommand({
      part: 'jobmanager',
      mainClass: entryPoints.session,
      classPath: `$PWD/${driverJarName}`,
      options: { ...jobManagerOptions, ...added },
    }),
  ].join('\n');
}

/** The same with a program of its own. An attempt has its own job id and, perhaps, parallelism. */
export function applicationCommand(
  distribution: Distribution,
  parallelism: number | undefined,
  added: ShellOptions = {},
): string {
  const { jar, jobId, program } = applicationEnvironment;
  return [
    ...prelude(distribution, 'jobmanager'),
    `export ${driverEnvironment.secretFile}="$PWD/${secretPath}" ${program}="$PWD/${programPath}"`,
    `export ${jar}="\${${jar}:-$PWD/${applicationJar}}"`,
    javaCommand({
      part: 'jobmanager',
      mainClass: entryPoints.application,
      classPath: `$PWD/${driverJarName}`,
      options: {
        ...jobManagerOptions,
        ...added,
        '\\$internal.pipeline.job-id': `$${jobId}`,
        ...(parallelism !== undefined && { 'parallelism.default': String(parallelism) }),
      },
    }),
  ].join('\n');
}

export const jobManagerOptions: ShellOptions = {
  // Ours tells itself by it from whatever else may listen at its address.
  'jobmanager.resource-id': '$TASK_ID',
  'jobmanager.rpc.address': '$HOST',
  'jobmanager.rpc.port': '$PORT_RPC',
  // The same port where ZooKeeper says who leads.
  'high-availability.jobmanager.port': '$PORT_RPC',
  'jobmanager.bind-host': '$bind',
  'rest.address': '$HOST',
  'rest.port': '$PORT_REST',
  'rest.bind-address': '$bind',
  'blob.server.port': '$PORT_BLOB',
  'metrics.internal.query-service.port': '$PORT_METRICS',
  'process.jobmanager.working-dir': '$PWD/work',
  'io.tmp.dirs': '$PWD/tmp',
  'web.tmpdir': '$PWD/tmp',
  'web.upload.dir': '$PWD/upload',
};

/** `worker`: as Flink computed it; what it says of memory comes after the file's, and wins. */
export function taskManagerCommand(
  distribution: Distribution,
  added: ShellOptions = {},
  worker?: WantedWorker,
): string {
  const process = javaCommand({
    part: 'taskmanager',
    mainClass: 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
    flags: worker?.jvm ?? [],
    given: worker === undefined ? [] : givenOptions(worker),
    options: { ...taskManagerOptions, ...added },
  });
  return [...prelude(distribution, 'taskmanager'), ...enterWorkingDirectory, ...makeClassArchive(process)].join('\n');
}

const taskManagerOptions: ShellOptions = {
  'jobmanager.rpc.address': '$JOBMANAGER_HOST',
  'jobmanager.rpc.port': '$JOBMANAGER_PORT',
  'taskmanager.host': '$HOST',
  'taskmanager.bind-host': '$bind',
  'taskmanager.rpc.port': '$PORT_RPC',
  'taskmanager.data.port': '$PORT_DATA',
  'taskmanager.collect-sink.port': '$PORT_COLLECT',
  'metrics.internal.query-service.port': '$PORT_METRICS',
  'taskmanager.resource-id': '$TASK_ID',
  'process.taskmanager.working-dir': '$work',
  'io.tmp.dirs': '$PWD/tmp',
};

/** Without what the placement decides. */
function givenOptions({ config, dynamic }: WantedWorker): readonly string[] {
  const handedOn = Object.entries(config).filter(([option]) => !(option in taskManagerOptions));
  return [...handedOn.map(([option, value]) => `${option}=${value}`), ...dynamic];
}

/** Sets home, java and bind, and the places that Flink writes to. Logs are apart: Flink's UI lists their directory. */
export function prelude(distribution: Distribution, part: string): readonly string[] {
  return [
    'set -e',
    enterSandbox,
    ...findHome(distribution),
    ...findJava,
    // Where the scheduler gave some: Flink and its file systems look for them there.
    'if [ -d conf/hadoop ]; then export HADOOP_CONF_DIR="$PWD/conf/hadoop"; fi',
    findAddress,
    'case "$HOST" in localhost|127.*) bind="$HOST" ;; *) bind=0.0.0.0 ;; esac',
    'mkdir -p tmp work log upload',
    `ln -sf ../stdout log/${part}.out`,
    // As it stands on the class path: by the same name in each sandbox.
    'lib="$home/lib" lib="${lib#"$PWD/"}"',
    ...joinLibraries,
    ...findClassArchive,
    ...joinPlugins,
    'export FLINK_CONF_DIR="$PWD/conf" FLINK_LIB_DIR="$home/lib" FLINK_PLUGINS_DIR="$plugins" FLINK_OPT_DIR="$home/opt" FLINK_LOG_DIR="$PWD/log"',
  ];
}

/** Set where the process is reached at an address of its container, which only the container knows. */
export const ownAddressVariable = 'FLINK_MESOS_OWN_ADDRESS';

/** Docker starts in the directory of the image. */
const enterSandbox = 'if [ -n "$MESOS_SANDBOX" ]; then cd "$MESOS_SANDBOX"; fi';

const findAddress = `if [ -n "$${ownAddressVariable}" ]; then HOST=$(hostname -i | cut -d ' ' -f 1); fi`;

const joinLibraries: readonly string[] = [
  'libraries=',
  `if [ -d ${libraryDirectory} ]; then libraries=":$PWD/${libraryDirectory}/*"; fi`,
];

/** Flink looks for plugins in one directory: where the cluster brings some, it is theirs, with those of the distribution. */
const joinPlugins: readonly string[] = [
  'plugins="$home/plugins"',
  `if [ -d ${pluginDirectory} ]; then`,
  `  for plugin in "$home"/plugins/*/; do ln -sfn "$plugin" "${pluginDirectory}/$(basename "$plugin")"; done`,
  `  plugins="$PWD/${pluginDirectory}"`,
  'fi',
];

/** A Java that was fetched comes before the agent's; what the cluster's environment says, before both. */
const findJava: readonly string[] = [
  'if [ -z "$JAVA_HOME" ]; then',
  '  for place in "$PWD"/*/; do if [ -x "$place/bin/java" ]; then JAVA_HOME="$(cd "$place" && pwd)"; fi; done',
  '  if [ -n "$JAVA_HOME" ]; then export JAVA_HOME; fi',
  'fi',
  'java=java',
  'if [ -n "$JAVA_HOME" ]; then java="$JAVA_HOME/bin/java"; fi',
  'if ! command -v "$java" >/dev/null; then',
  '  echo "flink-mesos: no Java on this agent: install Java 17 or 21, fetch one (processes.uris), or set JAVA_HOME in the environment of the cluster" >&2',
  '  exit 127',
  'fi',
];

/** An archive of somebody else's may hold its Flink at the top or below a directory of any name. */
function findHome(distribution: Distribution): readonly string[] {
  const places = distribution.kind === 'home' ? '"$FLINK_HOME"' : '"$PWD"/flink "$PWD" "$PWD"/*';
  return [
    'home=',
    `for place in ${places}; do`,
    '  for jar in "$place"/lib/flink-dist*.jar; do if [ -f "$jar" ]; then home="$place"; fi; done',
    '  if [ -n "$home" ]; then break; fi',
    'done',
    'if [ -z "$home" ]; then',
    `  echo "flink-mesos: no lib/flink-dist*.jar in" ${places} >&2`,
    '  exit 126',
    'fi',
  ];
}

interface JavaProcess {
  readonly part: string;
  readonly mainClass: string;
  /** Before Flink's own. */
  readonly classPath?: string;
  /** As they are; whatever they hold, the shell takes them as words. */
  readonly flags?: readonly string[];
  readonly given?: readonly string[];
  /** With the shell's variables. */
  readonly options: ShellOptions;
}

function javaCommand({ mainClass, given = [], options, ...jvm }: JavaProcess): string {
  return jvmWords(jvm, [
    mainClass,
    ...(jvm.classPath === undefined ? ['--configDir "$PWD/conf"'] : []),
    ...given.map((option) => `-D ${quoted(option)}`),
    ...Object.entries(options).map(([option, value]) => `-D "${option}=${value}"`),
  ]);
}

type Jvm = Pick<JavaProcess, 'part' | 'classPath' | 'flags'>;

export function jvmWords({ part, classPath, flags = [] }: Jvm, program: readonly string[]): string {
  const words = [
    'exec "$java" $sharing',
    `@conf/${part}.jvm`,
    ...flags.map(quoted),
    '-Djava.io.tmpdir="$PWD/tmp"',
    `-Dlog.file="$PWD/log/${part}.log"`,
    '-Dlog4j.configurationFile="$PWD/conf/log4j.properties"',
    `-cp "$lib/*$libraries${classPath === undefined ? '' : `:${classPath}`}"`,
    ...program,
  ];
  return words.join(' \\\n  ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
