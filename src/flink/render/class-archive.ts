/**
 * Flink's classes as the JVM maps them, kept on the agent: who finds them there does not look for, read and verify thousands
 * of classes one by one (class-data sharing, JEP 310). The first TaskManager of an agent notes which classes it loads; once
 * it loads no more, a JVM beside it makes the archive, last in line for cpus. TaskManagers and JobManagers that start later use it.
 *
 * Whether an archive fits (the same JVM, the same jars in the same order, none changed) and is whole is judged by the JVM, which
 * starts without one that is not. It knows jars by the names on the class path: those of a distribution that was fetched
 * are relative to the sandbox, and so the same in every sandbox.
 */

/** The variable with the directory in which each user of an agent has one of their own; without it there are no archives. */
export const classStoreVariable = 'FLINK_MESOS_CLASS_STORE';

/** What is cleared away: an archive that nobody used for so long, and what a writer left that was killed. */
const UNUSED_DAYS = 30;
const WRITER_MINUTES = 60;
/** No class in so many seconds: the job runs, or none has come. */
const QUIET_SECONDS = 10;

/**
 * Sets `sharing`, flags of the JVM. What lies in the directory becomes code: it is the user's own and nobody else's, or not
 * used. The choice of collector and pointers is part of the archive's name, for one that was made with others does not fit;
 * who chooses the JVM's archives themselves is left alone. Nothing that goes wrong here keeps a process from starting.
 */
export const findClassArchive: readonly string[] = [
  'sharing= archive=',
  'find_archive() {',
  `  if [ -z "$${classStoreVariable}" ] || grep -qe -Xshare -e Archive conf/*.jvm; then return 0; fi`,
  '  user=$(id -u) && program=$(readlink -f "$(command -v "$java")") || return 0',
  `  store="$${classStoreVariable}/flink-mesos-$user"`,
  '  [ -d "$store" ] || mkdir -m 700 "$store" || return 0',
  '  if [ "$(stat -c %u:%a "$store")" != "$user:700" ]; then',
  '    echo "flink-mesos: $store is not used: it has to be a directory of user $user with mode 700" >&2',
  '    return 0',
  '  fi',
  '  grep -e "^-XX:[+-]Use" conf/taskmanager.jvm >tmp/archive.jvm',
  '  key=$({ stat -Lc "%n %s %Y" "$program" "$lib"/*; cat tmp/archive.jvm; } | cksum)',
  '  archive="$store/${key%% *}.jsa"',
  '  if [ -f "$archive" ]; then',
  '    touch "$archive"',
  '    sharing="-XX:SharedArchiveFile=$archive -XX:+VerifySharedSpaces"',
  '  fi',
  '}',
  'find_archive || :',
];

/**
 * Runs a process that has an archive made where there is none and nobody else makes it; otherwise goes on. The shell stays to
 * free the claim when the process has ended. The archive gets its name when it is whole. What the JVM beside takes, some 200 MiB
 * for some seconds, is less than what Flink has the process reserve for classes and for the JVM itself.
 */
export function makeClassArchive(execution: string): readonly string[] {
  return [
    `process() { ${execution}; }`,
    'make_archive() {',
    '  before=none now=',
    `  until [ -n "$now" ] && [ "$now" = "$before" ]; do before="$now"; sleep ${QUIET_SECONDS}; now=$(cksum <tmp/classes); done`,
    // Its last line may be half a line.
    "  sed '$d' tmp/classes >tmp/archive.classes",
    '  TASK_ID= nice -n 19 "$java" @tmp/archive.jvm -Xmx96m -Xshare:dump -XX:SharedClassListFile=tmp/archive.classes \\',
    '    -XX:SharedArchiveFile="$archive.$TASK_ID" -cp "$lib/*" >log/class-archive.log 2>&1 && mv -f "$archive.$TASK_ID" "$archive"',
    '}',
    'if [ -n "$archive" ] && [ -z "$sharing$libraries" ]; then',
    `  find "$store" -mindepth 1 -maxdepth 1 \\( -name "*.jsa" -mtime +${UNUSED_DAYS} -o ! -name "*.jsa" -mmin +${WRITER_MINUTES} \\) -exec rm -rf {} + || :`,
    '  if mkdir "$archive.writer" 2>/dev/null; then',
    '    sharing=-XX:DumpLoadedClassList=tmp/classes',
    '    process & child=$!',
    `    trap 'kill -TERM "$child" 2>/dev/null || :' TERM INT HUP`,
    '    make_archive & maker=$!',
    '    wait "$child" && status=0 || status=$?',
    '    while kill -0 "$child" 2>/dev/null; do wait "$child" && status=0 || status=$?; done',
    '    kill "$maker" 2>/dev/null || :',
    '    rm -rf "$archive.$TASK_ID" "$archive.writer" || :',
    '    exit "$status"',
    '  fi',
    'fi',
    'process',
  ];
}
