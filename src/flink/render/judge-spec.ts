/**
 * What a complete specification asks for and cannot have, each in one sentence that names the field. An empty list means
 * that its processes can be started.
 */
import type { CompleteClusterSpec } from '../spec.ts';
import { judgePlacement } from './judge-placement.ts';
import { judgePorts } from './judge-ports.ts';
import { judgeProcesses } from './judge-processes.ts';
import { divideJobManagerMemory, divideTaskManagerMemory } from './memory.ts';
import { inMebibytes, MEBIBYTE } from './memory-size.ts';
import { isReservedVariable, whyOptionRefused } from './options.ts';
import { judgeResources } from './other-resources.ts';

/** A slot's own thread and buffers; below it a task fails for want of memory before it does anything. */
const LEAST_TASK_HEAP_PER_SLOT_BYTES = 4 * MEBIBYTE;
const MOST_SLOTS_PER_CPU = 32;

export function judgeSpec(spec: CompleteClusterSpec): string[] {
  return [
    ...judgeVersion(spec),
    ...judgeMode(spec),
    ...judgeReactiveMode(spec),
    ...judgeLocalRecovery(spec),
    ...judgeHighAvailability(spec),
    ...judgeJobManager(spec),
    ...judgeTaskManager(spec),
    ...judgeOptions(spec),
    ...judgeEnvironment(spec),
    ...judgeProcesses(spec),
    ...judgePorts(spec),
    ...judgeResources(spec),
    ...judgePlacement(spec),
  ];
}

function judgeVersion({ flink }: CompleteClusterSpec): string[] {
  const [major = 0, minor = 0] = flink.version.split('.').map(Number);
  const known = major > 1 || (major === 1 && minor >= 20);
  return known ? [] : [`flink.version: ${flink.version} is older than 1.20, the oldest that can be run`];
}

function judgeMode({ taskManagers }: CompleteClusterSpec): string[] {
  if (taskManagers.mode === 'fixed') return [];
  const { min, max, spare } = taskManagers;
  return [
    ...(min > max ? [`taskManagers.min: ${min} is more than taskManagers.max, ${max}`] : []),
    ...(spare > max ? [`taskManagers.spare: ${spare} is more than taskManagers.max, ${max}`] : []),
  ];
}

/** With several slots Flink finds the state of one of them again. */
function judgeLocalRecovery({ taskManager: { localRecovery, kept, slots } }: CompleteClusterSpec): string[] {
  if (localRecovery === undefined) return [];
  const nowhere = localRecovery.directory === undefined && kept?.volumeMiB === undefined;
  return [
    ...(slots > 1 ? [`taskManager.localRecovery: it works with one slot a TaskManager, not with ${slots}`] : []),
    ...(nowhere ? ['taskManager.localRecovery: give a directory of the agents, or taskManager.kept.volumeMiB'] : []),
  ];
}

/** Flink runs it in standalone application clusters alone, and takes every slot there is. */
function judgeReactiveMode({ application, taskManagers, configuration }: CompleteClusterSpec): string[] {
  const mode = configuration['scheduler-mode'];
  if (mode === undefined) return [];
  const option = 'configuration.scheduler-mode';
  if (mode.toLowerCase() !== 'reactive') return [`${option}: "reactive" is the only mode that Flink has`];
  if (application === undefined || taskManagers.mode !== 'fixed') {
    return [`${option}: Flink has reactive mode in application clusters whose taskManagers.mode is "fixed"`];
  }
  return application.parallelism === undefined
    ? []
    : ['application.parallelism: in reactive mode it is as many as there are slots; leave it out'];
}

function judgeHighAvailability({ highAvailability }: CompleteClusterSpec): string[] {
  if (highAvailability === undefined || highAvailability.quorum !== '') return [];
  return ['highAvailability.quorum: it is missing, and this scheduler runs without --zk'];
}

function judgeJobManager({ jobManager, configuration }: CompleteClusterSpec): string[] {
  const division = divideJobManagerMemory(jobManager.memoryMiB, configuration);
  return 'problem' in division ? [`jobManager.memoryMiB: ${division.problem}`] : [];
}

function judgeTaskManager({ taskManager, configuration }: CompleteClusterSpec): string[] {
  const division = divideTaskManagerMemory(taskManager.memoryMiB, configuration);
  if ('problem' in division) return [`taskManager.memoryMiB: ${division.problem}`];
  const problems: string[] = [];
  const perSlot = division.memory.taskHeapBytes / taskManager.slots;
  if (perSlot < LEAST_TASK_HEAP_PER_SLOT_BYTES) {
    problems.push(
      `taskManager.slots: ${taskManager.slots} slots in ${taskManager.memoryMiB} MiB leave ${inMebibytes(perSlot)} ` +
        'of heap for each: ask for more memoryMiB, fewer slots, or a lower taskmanager.memory.managed.fraction',
    );
  }
  if (taskManager.slots > Math.max(1, taskManager.cpus * MOST_SLOTS_PER_CPU)) {
    problems.push(
      `taskManager.slots: ${taskManager.slots} slots on ${taskManager.cpus} cpus are more than ` +
        `${MOST_SLOTS_PER_CPU} for each: ask for more cpus or fewer slots`,
    );
  }
  return problems;
}

function judgeOptions({ configuration }: CompleteClusterSpec): string[] {
  return Object.keys(configuration).flatMap((option) => {
    const why = whyOptionRefused(option);
    return why === undefined ? [] : [`configuration.${option}: the scheduler decides this one: ${why}`];
  });
}

function judgeEnvironment({ environment }: CompleteClusterSpec): string[] {
  return Object.keys(environment)
    .filter(isReservedVariable)
    .map((name) => `environment.${name}: this variable is set by the scheduler or by Mesos`);
}
