/**
 * The part of a cluster's configuration that is the same for all its processes, as an archive that agents unpack into the
 * sandbox: conf/config.yaml, the log settings and the JVM's flags. What depends on the placement (addresses, ports,
 * directories) is given on the command line, where it wins. Option names are valid in Flink 1.20 and in 2.x.
 */

import { secretPath } from '../driver/names.ts';
import type { Part } from '../plan/records.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import type { KeyStore } from '../tls/internal-key-store.ts';
import { programFiles } from './application.ts';
import { jvmOptionsFile } from './jvm-options.ts';
import { logSettings } from './log-settings.ts';
import {
  divideJobManagerMemory,
  divideTaskManagerMemory,
  jobManagerJvmOptions,
  jobManagerMemoryOptions,
  taskManagerJvmOptions,
  taskManagerMemoryOptions,
} from './memory.ts';
import { checkpointRoot, haRoot, savepointRoot } from './storage.ts';
import { filesOf, tarOf } from './tar.ts';

type Options = Readonly<Record<string, string>>;

/** What no other cluster has, nor a later one of the same name. */
export interface OfThisCluster {
  readonly incarnation: string;
  readonly driverSecret?: string;
  /** For traffic between its own processes. */
  readonly keyStore?: KeyStore;
  readonly given?: GivenToAll;
}

/**
 * What the scheduler gives to all clusters of its own, and nobody is shown: key tables, stores and their passwords. It is in
 * the archive alone.
 */
export interface GivenToAll {
  /** Below conf/. */
  readonly files: readonly { readonly name: string; readonly content: Buffer }[];
  readonly options: Options;
  /** Flags of every JVM; paths in them are relative to the sandbox. */
  readonly jvmFlags: readonly string[];
}

/** The specification must have passed judgeSpec. */
export function renderConfiguration(spec: CompleteClusterSpec, storage: string, own: OfThisCluster): Buffer {
  const jobManager = memoryOf(divideJobManagerMemory(spec.jobManager.memoryMiB, spec.configuration));
  const taskManager = memoryOf(divideTaskManagerMemory(spec.taskManager.memoryMiB, spec.configuration));
  const { incarnation, driverSecret, keyStore, given = { files: [], options: {}, jvmFlags: [] } } = own;
  const options: Options = {
    ...clusterOptions(spec, storage),
    ...given.options,
    ...spec.configuration,
    ...highAvailabilityOptions(spec, storage, incarnation),
    ...elasticOptions(spec),
    ...applicationOptions(spec),
    ...localRecoveryOptions(spec),
    ...(keyStore && internalTlsOptions(keyStore)),
    ...jobManagerMemoryOptions(jobManager),
    ...taskManagerMemoryOptions(taskManager),
    'taskmanager.cpu.cores': String(spec.taskManager.cpus),
    'taskmanager.numberOfTaskSlots': String(spec.taskManager.slots),
  };
  const trust = options['security.ssl.internal.enabled'] === 'true' ? [trustTheKeyAlone] : [];
  const flags = (part: Part, memory: readonly string[]): string =>
    jvmOptionsFile(spec, part, [...memory, ...trust, ...given.jvmFlags]);
  return tarOf([
    { path: 'conf/config.yaml', content: toYaml(withoutFractions(options)) },
    { path: 'conf/log4j.properties', content: logSettings(spec.logging?.level) },
    { path: 'conf/jobmanager.jvm', content: flags('jobmanager', jobManagerJvmOptions(jobManager)) },
    { path: 'conf/taskmanager.jvm', content: flags('taskmanager', taskManagerJvmOptions(taskManager)) },
    ...programFiles(spec),
    ...(driverSecret === undefined ? [] : [{ path: secretPath, content: `${driverSecret}\n`, mode: 0o600 }]),
    ...given.files.map(({ name, content }) => ({ path: `conf/${name}`, content, mode: 0o600 })),
    ...(keyStore === undefined ? [] : [{ path: keyStorePath, content: keyStore.content, mode: 0o600 }]),
  ]);
}

/** What an archive holds that is made once for a cluster: its processes must go on to know each other by it. */
export function secretsOf(archive: Buffer): Pick<OfThisCluster, 'driverSecret' | 'keyStore'> {
  const files = filesOf(archive);
  const driverSecret = files.get(secretPath)?.toString('utf8').trim();
  const content = files.get(keyStorePath);
  const options = files.get('conf/config.yaml')?.toString('utf8') ?? '';
  const password = /^security\.ssl\.internal\.keystore-password: "(.*)"$/m.exec(options)?.[1];
  return {
    ...(driverSecret !== undefined && { driverSecret }),
    ...(content !== undefined && password !== undefined && { keyStore: { content, password } }),
  };
}

/** Minimum and maximum are Flink's to keep: it asks for no more, and gives no more back. */
function elasticOptions({ taskManagers, taskManager }: CompleteClusterSpec): Options {
  if (taskManagers.mode !== 'elastic') return {};
  return {
    'slotmanager.number-of-slots.min': String(taskManagers.min * taskManager.slots),
    'slotmanager.number-of-slots.max': String(taskManagers.max * taskManager.slots),
    'slotmanager.redundant-taskmanager-num': String(taskManagers.spare),
    // Counted from the moment that we take a request on, long before there is an offer for it: what does not register
    // is replaced by us, two minutes after its process began to run.
    'resourcemanager.taskmanager-registration.timeout': '1 d',
    // A JobManager that came back waits for the TaskManagers that it had before it asks for others.
    'resourcemanager.previous-worker.recovery.timeout': '30 s',
  };
}

function localRecoveryOptions({ taskManager, configuration }: CompleteClusterSpec): Options {
  if (taskManager.localRecovery === undefined) return {};
  return {
    'execution.checkpointing.local-backup.enabled': 'true',
    'execution.state-recovery.from-local': 'true',
    // A successor holds the slot of its predecessor for so long until the job has taken it; with the slot its state would go.
    'taskmanager.slot.timeout': configuration['taskmanager.slot.timeout'] ?? '10 s',
  };
}

/** The JobManager stays until its end was seen, and a successor does not run again what had ended. */
function applicationOptions({ application }: CompleteClusterSpec): Options {
  if (application === undefined) return {};
  const { savepointPath, allowNonRestoredState } = application;
  return {
    'execution.shutdown-on-application-finish': 'false',
    // What main() throws before there is a job is told as the failure of the job.
    'execution.submit-failed-job-on-application-error': 'true',
    'job-result-store.delete-on-commit': 'false',
    ...(savepointPath !== undefined && { 'execution.state-recovery.path': savepointPath }),
    ...(allowNonRestoredState === true && { 'execution.state-recovery.ignore-unclaimed-state': 'true' }),
  };
}

/**
 * Between themselves the processes prove by one key that they belong together, and no certificate names their hosts. Flink means
 * not to ask for that; Netty 4.2, which came with Flink 2.3, does so unless told. (Flink's REST says itself what it asks for.)
 */
const trustTheKeyAlone =
  '-Dorg.apache.flink.shaded.netty4.io.netty.handler.ssl.defaultEndpointVerificationAlgorithm=NONE';

/** In the sandbox, where the processes are at home. */
const keyStorePath = 'conf/internal.p12';

/** RPC, data and blobs, with both sides showing the certificate; the REST of JobManagers stays as it is. */
function internalTlsOptions({ password }: KeyStore): Options {
  const store = (name: string): Options => ({
    [`security.ssl.internal.${name}`]: keyStorePath,
    [`security.ssl.internal.${name}-password`]: password,
    [`security.ssl.internal.${name}-type`]: 'PKCS12',
  });
  return {
    'security.ssl.internal.enabled': 'true',
    ...store('keystore'),
    'security.ssl.internal.key-password': password,
    ...store('truststore'),
    'security.ssl.protocol': 'TLSv1.2',
    'security.ssl.algorithms': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  };
}

/** Flink then finds the leader, and brings jobs back, by ZooKeeper and the storage alone. */
function highAvailabilityOptions(spec: CompleteClusterSpec, storage: string, incarnation: string): Options {
  const { highAvailability, name, configuration } = spec;
  if (highAvailability === undefined) return {};
  const timeout = 'high-availability.zookeeper.client.session-timeout';
  return {
    'high-availability.type': 'zookeeper',
    'high-availability.zookeeper.quorum': highAvailability.quorum,
    'high-availability.zookeeper.path.root': highAvailability.path,
    // What an earlier cluster of the same name left is none of its business.
    'high-availability.cluster-id': `/${name}-${incarnation}`,
    'high-availability.storageDir': haRoot(spec, storage),
    // Nobody leads until the session of a JobManager that was killed has expired; Flink's minute is long for that.
    [timeout]: configuration[timeout] ?? '6 s',
    // A ZooKeeper that is away for a moment costs no leadership as long as the session outlives it.
    'high-availability.zookeeper.client.tolerate-suspended-connections':
      configuration['high-availability.zookeeper.client.tolerate-suspended-connections'] ?? 'true',
  };
}

/** What a cluster gets unless its user says otherwise. */
function clusterOptions(spec: CompleteClusterSpec, storage: string): Options {
  return {
    // A job that says nothing of checkpoints can still be brought back; one that says something is left alone.
    'execution.checkpointing.interval': '10 s',
    'execution.checkpointing.dir': checkpointRoot(spec, storage),
    'execution.checkpointing.savepoint-dir': savepointRoot(spec, storage),
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'execution.checkpointing.num-retained': '3',
    'execution.checkpointing.incremental': 'true',
    // Restarts without limit, as Flink does with checkpoints; but forgiving sooner than after its hour.
    'restart-strategy.type': 'exponential-delay',
    'restart-strategy.exponential-delay.initial-backoff': '1 s',
    'restart-strategy.exponential-delay.max-backoff': '30 s',
    'restart-strategy.exponential-delay.reset-backoff-threshold': '5 min',
    'jobmanager.execution.failover-strategy': 'region',
    // Flink's 10 s and 50 s leave a killed TaskManager in its books for 12 to 18 s, and a frozen one for 43 s.
    'heartbeat.interval': '2 s',
    'heartbeat.timeout': '8 s',
    // A slot of a JobManager that is gone is free again so long after its heartbeat was missed (10 s).
    'taskmanager.slot.timeout': '4 s',
    // TaskManagers find a JobManager that came back at its old address within a second or two, not ten to thirty.
    'cluster.registration.max-timeout': '3 s',
    'cluster.registration.error-delay': '500 ms',
    'cluster.registration.refused-registration-delay': '3 s',
    // Long enough for a JobManager to be replaced, which may need to wait for an offer.
    'taskmanager.registration.timeout': '30 min',
    // Jobs wait for slots for as long as Mesos has no room. Flink takes at most 248 days.
    'slot.request.timeout': '100 d',
    'resourcemanager.standalone.start-up-time': '100 d',
    // From a need to the request for a TaskManager: Flink's two times 50 ms gather what comes in one message here.
    'slotmanager.requirement-check.delay': '10 ms',
    'slotmanager.declare-needed-resource.delay': '10 ms',
    // The same of an adaptive scheduler, which Flink 1.20 calls by the other name.
    'jobmanager.adaptive-scheduler.submission.resource-wait-timeout': '100 d',
    'jobmanager.adaptive-scheduler.resource-wait-timeout': '100 d',
    // What has ended is kept by the scheduler; the JobManager's heap is not the place for it.
    'jobstore.max-capacity': '200',
  };
}

/** Parts that were given as fractions stand in the options as sizes by now; both together would contradict each other. */
function withoutFractions(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([option]) => !/\.memory\..*fraction$/.test(option)));
}

/** Flat keys with quoted values: a subset of YAML in which no value can be anything but text. */
function toYaml(options: Options): string {
  const lines = Object.entries(options)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([option, value]) => `${option}: ${JSON.stringify(value)}`);
  return `# Made from the cluster's specification. Addresses, ports and directories are on the command line.\n${lines.join('\n')}\n`;
}

function memoryOf<Memory>(division: { readonly memory: Memory } | { readonly problem: string }): Memory {
  if ('problem' in division) throw new Error(`a specification that was not judged: ${division.problem}`);
  return division.memory;
}
