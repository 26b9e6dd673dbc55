/** How large a process must be for its JVM to have a given heap, by Flink's own division of memory. */
import { divideJobManagerMemory, divideTaskManagerMemory } from './memory.ts';
import { MEBIBYTE } from './memory-size.ts';

type Options = Readonly<Record<string, string>>;

const STEP_MIB = 16;
const MOST_MIB = 4 * 1024 * 1024;

/** At least `memoryMiB`; more where that leaves a smaller heap. Of a TaskManager the heap of its tasks counts. */
export function memoryForHeap(
  part: 'jobManager' | 'taskManager',
  memoryMiB: number,
  heapMiB: number,
  options: Options,
): number {
  let [low, high] = [0, Math.ceil((MOST_MIB - memoryMiB) / STEP_MIB)];
  const size = (steps: number): number => memoryMiB + steps * STEP_MIB;
  if (!(heapMiB <= MOST_MIB) || heapOf(part, size(high), options) < heapMiB) return memoryMiB;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (heapOf(part, size(middle), options) >= heapMiB) high = middle;
    else low = middle + 1;
  }
  return size(low);
}

function heapOf(part: 'jobManager' | 'taskManager', memoryMiB: number, options: Options): number {
  if (part === 'jobManager') {
    const division = divideJobManagerMemory(memoryMiB, options);
    return 'problem' in division ? 0 : division.memory.heapBytes / MEBIBYTE;
  }
  const division = divideTaskManagerMemory(memoryMiB, options);
  return 'problem' in division ? 0 : division.memory.taskHeapBytes / MEBIBYTE;
}
