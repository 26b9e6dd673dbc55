/** Figures, times and states as people read them. */
const whole = new Intl.NumberFormat('en');
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function number(value: number): string {
  return whole.format(value);
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function cpus(value: number): string {
  return `${tenths.format(value)} ${value === 1 ? 'CPU' : 'CPUs'}`;
}

export function memory(mib: number): string {
  if (mib < 1024) return `${tenths.format(mib)} MiB`;
  return mib < 1024 * 1024 ? `${tenths.format(mib / 1024)} GiB` : `${tenths.format(mib / 1024 / 1024)} TiB`;
}

export function bytes(value: number): string {
  return value < 1024 * 1024 ? `${tenths.format(value / 1024)} KiB` : memory(value / 1024 / 1024);
}

/** `840 ms`, `12.4 s`, `3 min 12 s`, `5 h 2 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${tenths.format(seconds)} s`;
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [size, unit] of units.slice(first, first + 2)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount} ${unit}`);
  }
  return parts.join(' ');
}

/** The time of day; with the date when it is another day. */
export function moment(iso: string, now: Date): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en-GB');
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}, ${time}`;
}

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

/** TASK_RUNNING → running, TASK_GONE_BY_OPERATOR → gone by operator. */
export function stateWord(state: string): string {
  return state
    .replace(/^TASK_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

const tones: Readonly<Record<string, Tone>> = {
  running: 'good',
  finished: 'idle',
  killed: 'idle',
  withdrawn: 'idle',
  deleting: 'idle',
  ended: 'idle',
  canceled: 'idle',
  waiting: 'warn',
  recovering: 'warn',
  restarting: 'warn',
  failing: 'warn',
  cancelling: 'warn',
  killing: 'warn',
  suspended: 'warn',
  failed: 'bad',
  lost: 'bad',
  error: 'bad',
  gone: 'bad',
  'gone by operator': 'bad',
  dropped: 'bad',
  unreachable: 'bad',
  unknown: 'bad',
};

export function toneOf(state: string): Tone {
  return tones[stateWord(state)] ?? 'busy';
}

const ended = new Set(['FINISHED', 'FAILED', 'CANCELED']);

export function jobEnded(state: string): boolean {
  return ended.has(state);
}

export function jobName({ name, id }: { readonly name?: string; readonly id: string }): string {
  return name ?? `Unnamed job ${id.slice(0, 8)}`;
}

export function partWord(part: string): string {
  if (part === 'jobmanager') return 'JobManager';
  return part === 'taskmanager' ? 'TaskManager' : part;
}

/** The first letter large, and a full stop: messages of the scheduler begin small. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?…]$/.test(trimmed) ? '' : '.'}`;
}
