/**
 * Who runs on this machine, as far as an agent must know it: /proc on Linux, `ps` elsewhere. A process is named by its
 * pid and its birth, so that a pid that was given out again is not taken for the process that we started. Where there is
 * no /proc, environments can't be read: a process that left both its session and its parents is not found there.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly birth: string;
}

const hasProc = process.platform === 'linux';

export function listProcesses(): ProcessRow[] {
  if (!hasProc) return listByPs();
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    const row = Number.isInteger(pid) ? readRow(pid) : undefined;
    return row === undefined ? [] : [row];
  });
}

/** Undefined for a process that is gone, or ended and not yet reaped. */
export function birthOf(pid: number): string | undefined {
  return (hasProc ? readRow(pid) : listByPs().find((row) => row.pid === pid))?.birth;
}

/** The value that a variable had when the process was started; undefined too where we may not look. */
export function environmentOf(pid: number, name: string): string | undefined {
  if (!hasProc) return undefined;
  const environment = readIfThere(`/proc/${pid}/environ`);
  const prefix = `${name}=`;
  return environment
    ?.split('\0')
    .find((variable) => variable.startsWith(prefix))
    ?.slice(prefix.length);
}

/** What of its memory is in the machine's; 0 where that cannot be told. */
export function residentBytes(pid: number): number {
  const kib = hasProc ? /^VmRSS:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/status`) ?? '')?.[1] : undefined;
  return Number(kib ?? 0) * 1024;
}

/** What it has had of the processors, in seconds; 0 where that cannot be told. */
export function cpuSeconds(pid: number): { readonly user: number; readonly system: number } {
  const stat = hasProc ? readIfThere(`/proc/${pid}/stat`) : undefined;
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return { user: Number(fields[11] ?? 0) / ticksPerSecond, system: Number(fields[12] ?? 0) / ticksPerSecond };
}

/** USER_HZ of Linux, on every machine that Node runs on. */
const ticksPerSecond = 100;

/** Fields of proc(5): the command's name may hold anything, so they are counted from its last bracket. */
function readRow(pid: number): ProcessRow | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  const ticks = fields[19];
  if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    birth: `${bootId()}/${ticks}`,
  };
}

/** Ticks are counted from the boot, so the boot belongs to the name. */
let boot: string | undefined;
function bootId(): string {
  boot ??= readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown-boot';
  return boot;
}

/** A process may end between any two looks at it, and those of other users are closed to us. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}

function listByPs(): ProcessRow[] {
  const table = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return table.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...birth] = line.trim().split(/\s+/);
    if (birth.length === 0 || state?.startsWith('Z')) return [];
    // BSD's ps tells no session; our tasks begin with a group of their own.
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: 0, birth: birth.join(' ') }];
  });
}
