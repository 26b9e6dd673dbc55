/**
 * Workloads for the matcher, drawn from a seed: agents of 4 to 64 cpus with 2, 4 or 8 GB for each of them, some short of
 * disk or ports; requests of 1 to 8 cpus and 2 to 32 GB with three ports. The same name and seed give the same workload
 * on every machine.
 */
/** As Fenzo's driver reads them. */
export type WorkloadConstraint =
  | { readonly kind: 'attribute'; readonly name: string; readonly value: string }
  /** No other task of the group on the same host. */
  | { readonly kind: 'unique'; readonly group: string };

export interface WorkloadAgent {
  readonly id: string;
  readonly hostname: string;
  readonly cpus: number;
  readonly memMiB: number;
  readonly diskMiB: number;
  readonly ports: readonly (readonly [first: number, last: number])[];
  readonly rack: string;
}

export interface WorkloadRequest {
  readonly id: string;
  readonly cpus: number;
  readonly memMiB: number;
  readonly diskMiB: number;
  readonly ports: number;
  readonly hard: readonly WorkloadConstraint[];
  readonly soft: readonly WorkloadConstraint[];
}

export interface Workload {
  readonly name: string;
  readonly seed: number;
  /** All requests at once, or one after the other while all agents stay known. */
  readonly mode: 'once' | 'rounds';
  readonly agents: readonly WorkloadAgent[];
  readonly requests: readonly WorkloadRequest[];
}

export interface Size {
  readonly agents: number;
  readonly requests: number;
  readonly rounds?: true;
  /** 30 % of the requests are tied to a rack, 30 % are in groups of ten that would rather not share a host. */
  readonly constrained?: true;
}

export const sizes: Readonly<Record<string, Size>> = {
  W1: { agents: 100, requests: 500 },
  W2: { agents: 1_000, requests: 2_000 },
  W3: { agents: 5_000, requests: 10_000 },
  W4: { agents: 1_000, requests: 2_000, constrained: true },
  W5: { agents: 5_000, requests: 1_000, rounds: true },
  W5C: { agents: 5_000, requests: 1_000, rounds: true, constrained: true },
  W6: { agents: 1_000, requests: 8_000 },
  /** For the differential test of the unit suite; the second does not all fit. */
  small: { agents: 40, requests: 120, constrained: true },
  scarce: { agents: 10, requests: 100, constrained: true },
};

const racks = 10;
const groupSize = 10;
const gibibyte = 1_024;

type Weighted<T> = readonly (readonly [value: T, weight: number])[];

const agentCpus: Weighted<number> = [
  [4, 15],
  [8, 20],
  [16, 25],
  [24, 10],
  [32, 15],
  [48, 5],
  [64, 10],
];
const agentGibPerCpu: Weighted<number> = [
  [2, 20],
  [4, 50],
  [8, 30],
];
const agentDiskGib: Weighted<number> = [
  [100, 20],
  [250, 30],
  [500, 30],
  [1_000, 15],
  [2_000, 5],
];
const agentPorts: Weighted<WorkloadAgent['ports']> = [
  [[[31_000, 32_000]], 65],
  [
    [
      [31_000, 31_050],
      [31_100, 31_400],
      [31_500, 32_000],
    ],
    30,
  ],
  // Twelve ports are enough for four requests.
  [
    [
      [31_000, 31_005],
      [31_010, 31_015],
    ],
    5,
  ],
];
const requestCpus: Weighted<number> = [
  [1, 20],
  [1.5, 5],
  [2, 28],
  [3, 7],
  [4, 22],
  [6, 8],
  [8, 10],
];
const requestGibPerCpu: Weighted<number> = [
  [2, 25],
  [3, 15],
  [4, 40],
  [6, 20],
];

export function drawWorkload(name: string, seed: number): Workload {
  const size = sizes[name];
  if (size === undefined) {
    throw new Error(`there is no workload ${name}; there are ${Object.keys(sizes).join(', ')}`);
  }
  return drawSized(name, size, seed);
}

export function drawSized(name: string, size: Size, seed: number): Workload {
  const random = randomFrom(seed, name);
  const agents = Array.from({ length: size.agents }, (_, index) => drawAgent(random, index));
  const constraints = size.constrained ? constraintsFrom(random) : () => ({ hard: [], soft: [] });
  const requests = Array.from({ length: size.requests }, (_, index) => ({
    ...drawRequest(random, index),
    ...constraints(),
  }));
  return { name, seed, mode: size.rounds ? 'rounds' : 'once', agents, requests };
}

function drawAgent(random: () => number, index: number): WorkloadAgent {
  const number = String(index).padStart(5, '0');
  const cpus = draw(random, agentCpus);
  return {
    id: `agent-${number}`,
    hostname: `host-${number}.example`,
    cpus,
    // The agent keeps one for itself.
    memMiB: (cpus * draw(random, agentGibPerCpu) - 1) * gibibyte,
    diskMiB: draw(random, agentDiskGib) * gibibyte,
    ports: draw(random, agentPorts),
    rack: `r${Math.floor(random() * racks)}`,
  };
}

function drawRequest(random: () => number, index: number) {
  const cpus = draw(random, requestCpus);
  const memGib = Math.min(32, Math.max(2, cpus * draw(random, requestGibPerCpu)));
  const diskGib = 1 + Math.floor(random() * 20);
  return {
    id: `request-${String(index).padStart(5, '0')}`,
    cpus,
    memMiB: memGib * gibibyte,
    diskMiB: diskGib * gibibyte,
    ports: 3,
  };
}

function constraintsFrom(random: () => number): () => { hard: WorkloadConstraint[]; soft: WorkloadConstraint[] } {
  let grouped = 0;
  return () => {
    const kind = random();
    if (kind < 0.3) {
      return { hard: [{ kind: 'attribute', name: 'rack', value: `r${Math.floor(random() * racks)}` }], soft: [] };
    }
    if (kind < 0.6) {
      grouped += 1;
      return { hard: [], soft: [{ kind: 'unique', group: `job-${Math.ceil(grouped / groupSize)}` }] };
    }
    return { hard: [], soft: [] };
  };
}

function draw<T>(random: () => number, table: Weighted<T>): T {
  let rest = random() * table.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of table) {
    rest -= weight;
    if (rest < 0) {
      return value;
    }
  }
  throw new Error('the table is empty');
}

/** Mulberry32: 32 bits of state, the same numbers on every machine. */
function randomFrom(seed: number, name: string): () => number {
  let state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed | 0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
