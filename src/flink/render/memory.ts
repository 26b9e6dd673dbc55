/**
 * How a process's memory is divided: the same numbers, to the byte, as Flink's own scripts compute by starting a JVM
 * (BashJavaUtils; org.apache.flink.runtime.util.config.memory). Given: the size of the whole process, as Mesos limits it.
 * The parts can be moved by the user with Flink's own options; what is then left is the heap.
 */
import { inMebibytes, MEBIBYTE, multiplyByFloat, parseMemorySize } from './memory-size.ts';

type Options = Readonly<Record<string, string>>;

export interface JobManagerMemory {
  readonly heapBytes: number;
  readonly offHeapBytes: number;
  readonly metaspaceBytes: number;
  readonly overheadBytes: number;
}

export interface TaskManagerMemory {
  readonly frameworkHeapBytes: number;
  readonly taskHeapBytes: number;
  readonly frameworkOffHeapBytes: number;
  readonly taskOffHeapBytes: number;
  readonly networkBytes: number;
  readonly managedBytes: number;
  readonly metaspaceBytes: number;
  readonly overheadBytes: number;
}

/** Either the parts, or in words why there are none. */
export type Division<Memory> = { readonly memory: Memory } | { readonly problem: string };

export function divideJobManagerMemory(processMiB: number, options: Options): Division<JobManagerMemory> {
  const read = createReader('jobmanager.memory.', options);
  const jvm = divideProcess(processMiB * MEBIBYTE, read);
  const offHeapBytes = read.size('off-heap.size', 128 * MEBIBYTE);
  const heapBytes = jvm.flinkBytes - offHeapBytes;
  if (read.problems.length > 0) return { problem: read.problems.join('; ') };
  if (heapBytes < LEAST_HEAP_BYTES) {
    const needed = processMiB * MEBIBYTE - heapBytes + LEAST_HEAP_BYTES;
    return { problem: tooSmall('JobManager', processMiB, needed, 'heap') };
  }
  const { metaspaceBytes, overheadBytes } = jvm;
  return { memory: { heapBytes, offHeapBytes, metaspaceBytes, overheadBytes } };
}

export function divideTaskManagerMemory(processMiB: number, options: Options): Division<TaskManagerMemory> {
  const read = createReader('taskmanager.memory.', options);
  const { flinkBytes, metaspaceBytes, overheadBytes } = divideProcess(processMiB * MEBIBYTE, read);
  const frameworkHeapBytes = read.size('framework.heap.size', 128 * MEBIBYTE);
  const frameworkOffHeapBytes = read.size('framework.off-heap.size', 128 * MEBIBYTE);
  const taskOffHeapBytes = read.size('task.off-heap.size', 0);
  const managedBytes = read.size('managed.size', fraction(flinkBytes, read.fraction('managed.fraction', 0.4)));
  const networkBytes = capped(flinkBytes, read, 'network', { fraction: 0.1, least: 64 * MEBIBYTE });
  const others = frameworkHeapBytes + frameworkOffHeapBytes + taskOffHeapBytes + managedBytes + networkBytes;
  const taskHeapBytes = flinkBytes - others;
  if (read.problems.length > 0) return { problem: read.problems.join('; ') };
  if (taskHeapBytes < 0) {
    const needed = processMiB * MEBIBYTE - taskHeapBytes;
    return { problem: tooSmall('TaskManager', processMiB, needed, 'managed, network and framework memory') };
  }
  return {
    memory: {
      frameworkHeapBytes,
      taskHeapBytes,
      frameworkOffHeapBytes,
      taskOffHeapBytes,
      networkBytes,
      managedBytes,
      metaspaceBytes,
      overheadBytes,
    },
  };
}

export function jobManagerJvmOptions(memory: JobManagerMemory): readonly string[] {
  return [`-Xmx${memory.heapBytes}`, `-Xms${memory.heapBytes}`, `-XX:MaxMetaspaceSize=${memory.metaspaceBytes}`];
}

export function taskManagerJvmOptions(memory: TaskManagerMemory): readonly string[] {
  const heapBytes = memory.frameworkHeapBytes + memory.taskHeapBytes;
  const directBytes = memory.frameworkOffHeapBytes + memory.taskOffHeapBytes + memory.networkBytes;
  return [
    `-Xmx${heapBytes}`,
    `-Xms${heapBytes}`,
    `-XX:MaxDirectMemorySize=${directBytes}`,
    `-XX:MaxMetaspaceSize=${memory.metaspaceBytes}`,
  ];
}

/** A TaskManager derives nothing by itself: it ends at once where one of these is missing. */
export function taskManagerMemoryOptions(memory: TaskManagerMemory): Options {
  return {
    'taskmanager.memory.framework.heap.size': `${memory.frameworkHeapBytes}b`,
    'taskmanager.memory.task.heap.size': `${memory.taskHeapBytes}b`,
    'taskmanager.memory.framework.off-heap.size': `${memory.frameworkOffHeapBytes}b`,
    'taskmanager.memory.task.off-heap.size': `${memory.taskOffHeapBytes}b`,
    'taskmanager.memory.network.min': `${memory.networkBytes}b`,
    'taskmanager.memory.network.max': `${memory.networkBytes}b`,
    'taskmanager.memory.managed.size': `${memory.managedBytes}b`,
    'taskmanager.memory.jvm-metaspace.size': `${memory.metaspaceBytes}b`,
    'taskmanager.memory.jvm-overhead.min': `${memory.overheadBytes}b`,
    'taskmanager.memory.jvm-overhead.max': `${memory.overheadBytes}b`,
  };
}

/** What the JobManager page of Flink's UI shows; the process itself takes its sizes from the JVM's flags. */
export function jobManagerMemoryOptions(memory: JobManagerMemory): Options {
  return {
    'jobmanager.memory.heap.size': `${memory.heapBytes}b`,
    'jobmanager.memory.off-heap.size': `${memory.offHeapBytes}b`,
    'jobmanager.memory.jvm-metaspace.size': `${memory.metaspaceBytes}b`,
    'jobmanager.memory.jvm-overhead.min': `${memory.overheadBytes}b`,
    'jobmanager.memory.jvm-overhead.max': `${memory.overheadBytes}b`,
  };
}

/** JobManagerOptions.MIN_JVM_HEAP_SIZE: Flink only warns below it; such a JobManager does not last. */
const LEAST_HEAP_BYTES = 128 * MEBIBYTE;

function divideProcess(processBytes: number, read: Reader) {
  const metaspaceBytes = read.size('jvm-metaspace.size', 256 * MEBIBYTE);
  const overheadBytes = capped(processBytes, read, 'jvm-overhead', {
    fraction: 0.1,
    least: 192 * MEBIBYTE,
    most: 1024 * MEBIBYTE,
  });
  return { metaspaceBytes, overheadBytes, flinkBytes: processBytes - metaspaceBytes - overheadBytes };
}

function capped(
  base: number,
  read: Reader,
  part: string,
  defaults: { fraction: number; least: number; most?: number },
) {
  const least = read.size(`${part}.min`, defaults.least);
  const most = read.size(`${part}.max`, defaults.most ?? Number.MAX_SAFE_INTEGER);
  if (least > most) read.problems.push(`${read.prefix}${part}.min is greater than ${part}.max`);
  return Math.max(least, Math.min(most, fraction(base, read.fraction(`${part}.fraction`, defaults.fraction))));
}

/** Negative where the process is smaller than its fixed parts; that is said once, about the heap. */
function fraction(bytes: number, part: number): number {
  return bytes <= 0 ? 0 : multiplyByFloat(bytes, part);
}

interface Reader {
  readonly prefix: string;
  readonly problems: string[];
  size(option: string, otherwise: number): number;
  fraction(option: string, otherwise: number): number;
}

function createReader(prefix: string, options: Options): Reader {
  const problems: string[] = [];
  return {
    prefix,
    problems,
    size(option, otherwise) {
      const text = options[prefix + option];
      if (text === undefined) return otherwise;
      const bytes = parseMemorySize(text);
      if (bytes === undefined) problems.push(`${prefix}${option}: "${text}" is no memory size such as 128m`);
      return bytes ?? otherwise;
    },
    fraction(option, otherwise) {
      const text = options[prefix + option];
      if (text === undefined) return otherwise;
      const value = /^\s*\d*\.?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
      const good = value >= 0 && value < 1;
      if (!good) problems.push(`${prefix}${option}: "${text}" is no fraction from 0 to below 1`);
      return good ? value : otherwise;
    },
  };
}

function tooSmall(process: string, processMiB: number, neededBytes: number, parts: string): string {
  return (
    `${processMiB} MiB are too small for a ${process}: together with the JVM's own memory its ${parts} ` +
    `take at least ${inMebibytes(neededBytes)}`
  );
}
