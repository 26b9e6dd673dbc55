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
  /** Where there are several schedulers: the ensemble, and the node in which the leading one says where it is. */
  zooKeeper: 'FLINK_MESOS_ZOOKEEPER',
  leaderNode: 'FLINK_MESOS_LEADER_NODE',
} as const;

/** In the sandbox of a JobManager. */
export const driverJarName = 'flink-mesos-driver.jar';

/** In the sandbox, unpacked from the configuration's archive. */
export const secretPath = 'conf/driver-secret';
