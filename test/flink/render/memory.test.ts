/** Expected numbers: what BashJavaUtils of Flink 2.3.0 printed for the same process sizes and options. */
import test from 'ava';
import fc from 'fast-check';
import {
  divideJobManagerMemory,
  divideTaskManagerMemory,
  jobManagerJvmOptions,
  taskManagerJvmOptions,
  taskManagerMemoryOptions,
} from '../../../src/flink/render/memory.ts';
import { MEBIBYTE, multiplyByFloat, parseMemorySize } from '../../../src/flink/render/memory-size.ts';

function given<Memory>(division: { readonly memory: Memory } | { readonly problem: string }): Memory {
  if ('problem' in division) throw new Error(division.problem);
  return division.memory;
}

function refused(division: object): string {
  return 'problem' in division ? String(division.problem) : '';
}

const taskManagers = [
  {
    processMiB: 1024,
    heap: 161061270,
    direct: 201326592,
    managed: 241591914,
    network: 67108864,
    taskHeap: 26843542,
    overhead: 201326592,
  },
  {
    processMiB: 1700,
    heap: 522190839,
    direct: 265499445,
    managed: 525126868,
    network: 131281717,
    taskHeap: 387973111,
    overhead: 201326592,
  },
  {
    processMiB: 1728,
    heap: 536870902,
    direct: 268435458,
    managed: 536870920,
    network: 134217730,
    taskHeap: 402653174,
    overhead: 201326592,
  },
  {
    processMiB: 4096,
    heap: 1664299798,
    direct: 493921243,
    managed: 1438814063,
    network: 359703515,
    taskHeap: 1530082070,
    overhead: 429496736,
  },
  {
    processMiB: 12288,
    heap: 5637144490,
    direct: 1288490206,
    managed: 4617089912,
    network: 1154272478,
    taskHeap: 5502926762,
    overhead: 1073741824,
  },
  {
    processMiB: 20480,
    heap: 9932111722,
    direct: 2147483678,
    managed: 8053063800,
    network: 2013265950,
    taskHeap: 9797893994,
    overhead: 1073741824,
  },
];

for (const { processMiB, heap, direct, managed, network, taskHeap, overhead } of taskManagers) {
  test(`a TaskManager of ${processMiB} MiB is divided as Flink divides it`, (t) => {
    const memory = given(divideTaskManagerMemory(processMiB, {}));
    t.deepEqual(taskManagerJvmOptions(memory), [
      `-Xmx${heap}`,
      `-Xms${heap}`,
      `-XX:MaxDirectMemorySize=${direct}`,
      '-XX:MaxMetaspaceSize=268435456',
    ]);
    t.deepEqual(taskManagerMemoryOptions(memory), {
      'taskmanager.memory.framework.heap.size': '134217728b',
      'taskmanager.memory.task.heap.size': `${taskHeap}b`,
      'taskmanager.memory.framework.off-heap.size': '134217728b',
      'taskmanager.memory.task.off-heap.size': '0b',
      'taskmanager.memory.network.min': `${network}b`,
      'taskmanager.memory.network.max': `${network}b`,
      'taskmanager.memory.managed.size': `${managed}b`,
      'taskmanager.memory.jvm-metaspace.size': '268435456b',
      'taskmanager.memory.jvm-overhead.min': `${overhead}b`,
      'taskmanager.memory.jvm-overhead.max': `${overhead}b`,
    });
  });
}

const jobManagers: readonly (readonly [processMiB: number, heap: number])[] = [
  [1024, 469762048],
  [1700, 1178599424],
  [1728, 1207959552],
  [4096, 3462817376],
  [12288, 11408506880],
  [20480, 19998441472],
];

for (const [processMiB, heap] of jobManagers) {
  test(`a JobManager of ${processMiB} MiB is divided as Flink divides it`, (t) => {
    t.deepEqual(jobManagerJvmOptions(given(divideJobManagerMemory(processMiB, {}))), [
      `-Xmx${heap}`,
      `-Xms${heap}`,
      '-XX:MaxMetaspaceSize=268435456',
    ]);
  });
}

test('parts that the user moves are moved as Flink moves them', (t) => {
  const memory = given(
    divideTaskManagerMemory(1728, {
      'taskmanager.memory.managed.fraction': '0.13',
      'taskmanager.memory.network.max': '64mb',
      'taskmanager.memory.jvm-metaspace.size': '200m',
      'taskmanager.memory.task.off-heap.size': '33mb',
      'taskmanager.memory.jvm-overhead.fraction': '0.17',
    }),
  );
  t.deepEqual(memory, {
    frameworkHeapBytes: 134217728,
    taskHeapBytes: 755801841,
    frameworkOffHeapBytes: 134217728,
    taskOffHeapBytes: 34603008,
    networkBytes: 67108864,
    managedBytes: 168245271,
    metaspaceBytes: 209715200,
    overheadBytes: 308029688,
  });
  t.deepEqual(taskManagerJvmOptions(memory).slice(0, 3), [
    '-Xmx890019569',
    '-Xms890019569',
    '-XX:MaxDirectMemorySize=235929600',
  ]);
});

test('the parts of a TaskManager add up to its process, whatever its size', (t) => {
  // Metaspace 256, overhead 192, and of the rest 0.6 for the framework's 256 and the network's 64 MiB.
  const leastMiB = 982;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 * 1024 * 1024 }), (processMiB) => {
      const division = divideTaskManagerMemory(processMiB, {});
      if ('problem' in division) return processMiB < leastMiB;
      const parts = Object.values(division.memory);
      return (
        parts.every((bytes) => bytes >= 0) && parts.reduce((sum, bytes) => sum + bytes, 0) === processMiB * MEBIBYTE
      );
    }),
  );
  t.pass();
});

test('a process that is too small for its parts is refused with the size that it needs', (t) => {
  t.regex(refused(divideTaskManagerMemory(700, {})), /^700 MiB are too small for a TaskManager: .* at least \d+/);
  t.regex(refused(divideTaskManagerMemory(1, {})), /^1 MiB are too small for a TaskManager/);
  t.regex(refused(divideJobManagerMemory(600, {})), /^600 MiB are too small for a JobManager: .* at least 704 MiB$/);
});

test('what is no size and no fraction is refused by name', (t) => {
  t.is(
    refused(divideTaskManagerMemory(1728, { 'taskmanager.memory.managed.size': 'much' })),
    'taskmanager.memory.managed.size: "much" is no memory size such as 128m',
  );
  t.regex(refused(divideTaskManagerMemory(1728, { 'taskmanager.memory.managed.fraction': '1.5' })), /no fraction/);
  t.regex(
    refused(
      divideTaskManagerMemory(1728, {
        'taskmanager.memory.network.min': '1g',
        'taskmanager.memory.network.max': '64m',
      }),
    ),
    /greater/,
  );
});

test('sizes are read as Flink reads them', (t) => {
  t.is(parseMemorySize('128m'), 128 * MEBIBYTE);
  t.is(parseMemorySize(' 64 KB '), 65536);
  t.is(parseMemorySize('1g'), 1024 * MEBIBYTE);
  t.is(parseMemorySize('1024'), 1024);
  t.is(parseMemorySize('5 bytes'), 5);
  for (const text of ['', 'm', '-1m', '1.5g', '1x', '9999999t']) t.is(parseMemorySize(text), undefined, text);
});

test('a fraction is a float: 0.1 of 4 GiB is 17 bytes more than a tenth', (t) => {
  t.is(multiplyByFloat(4 * 1024 * MEBIBYTE, 0.1), 429496736);
  t.is(multiplyByFloat(1, 1e-9), 0);
});
