/**
 * Which of Flink's options are the scheduler's own: what follows from the placement (addresses, ports, directories) or
 * from the specification (sizes, slots), and what this version does not run. A user who sets one is told why not.
 */

interface Refusal {
  /** The option, or its beginning with a "*" at the end. */
  readonly option: string;
  readonly why: string;
}

const byOffer = 'ports and addresses come from Mesos offers';
const bySandbox = 'it lies in the sandbox of the task';

const byResult = 'the result of an application is read from its JobManager before that ends';

const refusals: readonly Refusal[] = [
  { option: 'jobmanager.rpc.address', why: byOffer },
  { option: 'jobmanager.rpc.port', why: byOffer },
  { option: 'jobmanager.bind-host', why: byOffer },
  { option: 'rest.address', why: byOffer },
  { option: 'rest.port', why: byOffer },
  { option: 'rest.bind-address', why: byOffer },
  { option: 'rest.bind-port', why: byOffer },
  { option: 'blob.server.port', why: byOffer },
  { option: 'taskmanager.host', why: byOffer },
  { option: 'taskmanager.bind-host', why: byOffer },
  { option: 'taskmanager.rpc.port', why: byOffer },
  { option: 'taskmanager.rpc.bind-port', why: byOffer },
  { option: 'taskmanager.data.port', why: byOffer },
  { option: 'taskmanager.data.bind-port', why: byOffer },
  { option: 'taskmanager.collect-sink.port', why: byOffer },
  { option: 'metrics.internal.query-service.port', why: byOffer },
  { option: 'jobmanager.resource-id', why: 'it is the id of the Mesos task' },
  { option: 'taskmanager.resource-id', why: 'it is the id of the Mesos task' },
  { option: 'jobmanager.memory.process.size', why: 'set jobManager.memoryMiB' },
  { option: 'jobmanager.memory.flink.size', why: 'set jobManager.memoryMiB' },
  { option: 'jobmanager.memory.heap.size', why: 'it is what the other parts of jobManager.memoryMiB leave' },
  { option: 'jobmanager.heap.*', why: 'set jobManager.memoryMiB' },
  { option: 'taskmanager.memory.process.size', why: 'set taskManager.memoryMiB' },
  { option: 'taskmanager.memory.flink.size', why: 'set taskManager.memoryMiB' },
  { option: 'taskmanager.memory.task.heap.size', why: 'it is what the other parts of taskManager.memoryMiB leave' },
  { option: 'taskmanager.heap.*', why: 'set taskManager.memoryMiB' },
  { option: 'taskmanager.cpu.cores', why: 'set taskManager.cpus' },
  { option: 'taskmanager.numberOfTaskSlots', why: 'set taskManager.slots' },
  { option: 'slotmanager.number-of-slots.*', why: 'set taskManagers.min and taskManagers.max' },
  { option: 'slotmanager.redundant-taskmanager-num', why: 'set taskManagers.spare' },
  { option: 'resourcemanager.taskmanager-registration.timeout', why: 'what does not register is replaced by it' },
  { option: 'resourcemanager.previous-worker.recovery.timeout', why: 'it says which TaskManagers are still there' },
  { option: 'execution.shutdown-on-application-finish', why: byResult },
  { option: 'execution.submit-failed-job-on-application-error', why: byResult },
  { option: 'job-result-store.delete-on-commit', why: byResult },
  { option: 'io.tmp.dirs', why: bySandbox },
  { option: 'process.*', why: bySandbox },
  { option: 'blob.storage.directory', why: bySandbox },
  { option: 'web.upload.dir', why: bySandbox },
  { option: 'web.tmpdir', why: bySandbox },
  { option: 'web.log.path', why: bySandbox },
  { option: 'taskmanager.log.path', why: bySandbox },
  { option: 'env.log.*', why: bySandbox },
  { option: 'env.pid.*', why: bySandbox },
  { option: 'env.java.home', why: 'set JAVA_HOME in environment' },
  ...[
    'high-availability',
    'high-availability.type',
    'high-availability.cluster-id',
    'high-availability.zookeeper.quorum',
    'high-availability.zookeeper.path.*',
  ].map((option) => ({ option, why: 'set highAvailability' })),
  { option: 'high-availability.storageDir', why: "it lies in the scheduler's storage" },
  { option: 'high-availability.jobmanager.port', why: byOffer },
  { option: 'web.submit.enable', why: "jobs are submitted through the JobManager's REST" },
  ...['security.ssl.enabled', 'security.ssl.rest.*'].map((option) => ({
    option,
    why: 'the scheduler speaks plain HTTP with its JobManagers; set security.internalTls for traffic between processes',
  })),
  { option: 'kubernetes.*', why: 'the cluster runs on Mesos' },
  { option: 'yarn.*', why: 'the cluster runs on Mesos' },
];

/** Why a user may not set it; undefined where they may. */
export function whyOptionRefused(option: string): string | undefined {
  return refusals.find((refusal) => matches(refusal.option, option))?.why;
}

function matches(pattern: string, option: string): boolean {
  return pattern.endsWith('*') ? option.startsWith(pattern.slice(0, -1)) : option === pattern;
}

/** What a task is told by the scheduler or by Mesos. */
export function isReservedVariable(name: string): boolean {
  return (
    ['HOST', 'TASK_ID', 'FLINK_HOME', 'FLINK_CONF_DIR', 'FLINK_LIB_DIR', 'FLINK_PLUGINS_DIR'].includes(name) ||
    name.startsWith('FLINK_MESOS_') ||
    /^(PORT|PORTS|JOBMANAGER|MESOS|LIBPROCESS)(_|$)/.test(name)
  );
}
