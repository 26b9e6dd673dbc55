/** `dcos` as its user has it: a home of its own, run as a process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { dcosBinary } from './dcos-binary.ts';

export interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DcosCli {
  readonly home: string;
  run(args: string | readonly string[], environment?: Record<string, string>): Promise<Said>;
  /** A script in a shell that finds `dcos`. */
  bash(script: string): Promise<Said>;
  /** As if `dcos cluster setup` had been run. */
  attach(url: string, token: string): Promise<void>;
  close(): Promise<void>;
}

export async function openDcosCli(): Promise<DcosCli> {
  const binary = await dcosBinary();
  const home = await mkdtemp(join(tmpdir(), 'flink-mesos-dcos-'));
  const own = { HOME: home, DCOS_DIR: join(home, '.dcos'), PATH: `${join(home, 'bin')}:/usr/bin:/bin`, NO_COLOR: '1' };
  await mkdir(join(home, 'bin'));
  await symlink(binary, join(home, 'bin/dcos'));
  const run = async (command: string, args: readonly string[], environment: Record<string, string>): Promise<Said> => {
    const child = spawn(command, args, {
      cwd: home,
      env: { ...own, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { exitCode: Number(code), stdout, stderr };
  };
  return {
    home,
    run: (args, environment = {}) => run(binary, typeof args === 'string' ? args.split(' ') : args, environment),
    bash: (script) => run('bash', ['-c', script], {}),
    async attach(url, token) {
      const directory = join(home, '.dcos/clusters/of-tests');
      await mkdir(directory, { recursive: true });
      const toml = `[core]\ndcos_url = "${url}"\ndcos_acs_token = "${token}"\n[cluster]\nname = "of-tests"\n`;
      await writeFile(join(directory, 'dcos.toml'), toml, { mode: 0o600 });
    },
    close: () => rm(home, { recursive: true, force: true }),
  };
}
