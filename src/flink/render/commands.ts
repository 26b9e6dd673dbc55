/**
 * The shell lines that become Flink's processes. Plain java, not Flink's scripts: those start three JVMs before the one
 * that counts. Nothing in a line comes from a user: their values are in conf/ (see configuration.ts) or in the
 * environment, and whatever depends on the placement is a variable that the task is given.
 */
import type { Distribution } from '../plan/records.ts';

export function jobManagerCommand(distribution: Distribution): string {
  return [
    ...prelude(distribution, 'jobmanager'),
    javaCommand('jobmanager', 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint', {
      // Ours tells itself by it from whatever else may listen at its address.
      'jobmanager.resource-id': '$TASK_ID',
      'jobmanager.rpc.address': '$HOST',
      'jobmanager.rpc.port': '$PORT_RPC',
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
    }),
  ].join('\n');
}

export function taskManagerCommand(distribution: Distribution): string {
  return [
    ...prelude(distribution, 'taskmanager'),
    javaCommand('taskmanager', 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner', {
      'jobmanager.rpc.address': '$JOBMANAGER_HOST',
      'jobmanager.rpc.port': '$JOBMANAGER_PORT',
      'taskmanager.host': '$HOST',
      'taskmanager.bind-host': '$bind',
      'taskmanager.rpc.port': '$PORT_RPC',
      'taskmanager.data.port': '$PORT_DATA',
      'taskmanager.collect-sink.port': '$PORT_COLLECT',
      'metrics.internal.query-service.port': '$PORT_METRICS',
      'taskmanager.resource-id': '$TASK_ID',
      'process.taskmanager.working-dir': '$PWD/work',
      'io.tmp.dirs': '$PWD/tmp',
    }),
  ].join('\n');
}

/** Sets home, java and bind, and the places that Flink writes to. Logs are apart: Flink's UI lists their directory. */
function prelude(distribution: Distribution, part: string): readonly string[] {
  return [
    'set -e',
    ...findHome(distribution),
    'java=java',
    'if [ -n "$JAVA_HOME" ]; then java="$JAVA_HOME/bin/java"; fi',
    'if ! command -v "$java" >/dev/null; then',
    '  echo "flink-mesos: no Java on this agent: install Java 17 or 21, or set JAVA_HOME in the environment of the cluster" >&2',
    '  exit 127',
    'fi',
    'case "$HOST" in localhost|127.*) bind="$HOST" ;; *) bind=0.0.0.0 ;; esac',
    'mkdir -p tmp work log upload',
    `ln -sf ../stdout log/${part}.out`,
    'export FLINK_CONF_DIR="$PWD/conf" FLINK_LIB_DIR="$home/lib" FLINK_PLUGINS_DIR="$home/plugins" FLINK_OPT_DIR="$home/opt" FLINK_LOG_DIR="$PWD/log"',
  ];
}

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

function javaCommand(part: string, mainClass: string, options: Readonly<Record<string, string>>): string {
  const words = [
    'exec "$java"',
    `@conf/${part}.jvm`,
    '-Djava.io.tmpdir="$PWD/tmp"',
    `-Dlog.file="$PWD/log/${part}.log"`,
    '-Dlog4j.configurationFile="$PWD/conf/log4j.properties"',
    '-cp "$home/lib/*"',
    mainClass,
    '--configDir "$PWD/conf"',
    ...Object.entries(options).map(([option, value]) => `-D "${option}=${value}"`),
  ];
  return words.join(' \\\n  ');
}
