/** What the driver, its jar and the JobManager's command call the same things. */

export const entryPoints = {
  session: 'flinkmesos.driver.SessionEntryPoint',
  application: 'flinkmesos.driver.ApplicationEntryPoint',
} as const;

/** What the JobManager finds the scheduler by. The secret itself stands in the file, never here. */
export const driverEnvironment = {
  url: 'FLINK_MESOS_DRIVER_URL',
  secretFile: 'FLINK_MESOS_DRIVER_SECRET_FILE',
  cluster: 'FLINK_MESOS_CLUSTER',
  /** PEM of who signed the scheduler's certificate. */
  authority: 'FLINK_MESOS_DRIVER_CA',
  /** Where there are several schedulers: the ensemble, and the node in which the leading one says where it is. */
  zooKeeper: 'FLINK_MESOS_ZOOKEEPER',
  leaderNode: 'FLINK_MESOS_LEADER_NODE',
} as const;

/** What the JobManager of an application cluster is told besides. */
export const applicationEnvironment = {
  /** Under which id Flink is to run the job of this attempt. */
  jobId: 'FLINK_MESOS_JOB_ID',
  /** Those of the attempts before it, newest first, with commas: it goes on at the newest checkpoint that they left. */
  earlierJobs: 'FLINK_MESOS_EARLIER_JOBS',
  /** The last one that was seen, or a savepoint. */
  lastCheckpoint: 'FLINK_MESOS_LAST_CHECKPOINT',
  /** Below it each attempt has its checkpoints; the driver asks Flink. */
  checkpoints: 'FLINK_MESOS_CHECKPOINTS',
  /** Where its jar is. */
  jar: 'FLINK_MESOS_APPLICATION_JAR',
  /** Main class and arguments, as JSON. */
  program: 'FLINK_MESOS_PROGRAM_FILE',
} as const;

/** In the sandbox, unless the agent or the image has it elsewhere. */
export const applicationJar = 'application.jar';
export const programPath = 'conf/application.json';

/** The same for Flink's own entry point, as java reads files of arguments; and the main class alone. */
export const argumentsPath = 'conf/application.args';
export const entryClassPath = 'conf/entry-class.args';

/** In the sandbox of a JobManager. */
export const driverJarName = 'flink-mesos-driver.jar';

/** In the sandbox, unpacked from the configuration's archive. */
export const secretPath = 'conf/driver-secret';

/** What a TaskManager is told of those before it. */
export const localState = {
  /** The one in whose place it comes. */
  successorOf: 'FLINK_MESOS_SUCCESSOR_OF',
  /** A directory of the agents, with one for each TaskManager below it. */
  directory: 'FLINK_MESOS_LOCAL_STATE',
  /** Ids of TaskManagers that were lost: the first whose directory is there is followed. */
  heritage: 'FLINK_MESOS_HERITAGE',
  /** Ids of those whose directories nobody needs. */
  gone: 'FLINK_MESOS_GONE',
} as const;
