/** Small packages in the shape of PyPI's two, and a pip that hands them out, or fails as told. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { DistributionRequest } from '../../../../src/flink/distribution/obtain.ts';
import type { PinnedVersion } from '../../../../src/flink/distribution/versions.ts';

export const version = '2.9.1';

export interface Machine {
  readonly directory: string;
  readonly cacheDir: string;
  readonly packages: string;
  readonly env: NodeJS.ProcessEnv;
  /** What pip was called with, a line for each call. */
  calls(): Promise<string[]>;
  request(mode?: PipMode): DistributionRequest;
}

export type PipMode = 'good' | 'unknown' | 'unreachable' | 'mismatch' | 'dies' | 'hangs';

/** A temporary directory with a pip of its own, first on the path. */
export async function machineWithPip(): Promise<Machine> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-distribution-'));
  const [bin, packages, cacheDir] = [join(directory, 'bin'), join(directory, 'packages'), join(directory, 'cache')];
  for (const path of [bin, packages, cacheDir]) await mkdir(path);
  await writeFile(join(bin, 'pip3'), pipScript);
  await chmod(join(bin, 'pip3'), 0o755);
  const log = join(directory, 'calls');
  const env = { PATH: `${bin}:/usr/bin:/bin`, FAKE_PIP_PACKAGES: packages, FAKE_PIP_LOG: log };
  const calls = async () => (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
  const request = (mode: PipMode = 'good') => ({ version, cacheDir, known: [], env: { ...env, FAKE_PIP: mode } });
  return { directory, cacheDir, packages, env, calls, request };
}

const pipScript = `#!/bin/sh
[ "$1" = --version ] && exit 0
echo "$@" >> "$FAKE_PIP_LOG"
while [ $# -gt 1 ]; do
  [ "$1" = --dest ] && dest=$2
  [ "$1" = -r ] && cat "$2" >> "$FAKE_PIP_LOG"
  shift
done
case $FAKE_PIP in
  good) cp "$FAKE_PIP_PACKAGES"/* "$dest" ;;
  unknown)
    echo 'ERROR: Could not find a version that satisfies the requirement apache-flink==2.9.1 (from versions: 1.13.6, 1.20.0, 2.2.0rc1, 2.2.0)' >&2
    exit 1 ;;
  unreachable)
    echo 'ERROR: Could not find a version that satisfies the requirement apache-flink==2.9.1 (from versions: none)' >&2
    exit 1 ;;
  mismatch) echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.' >&2; exit 1 ;;
  dies) head -c 100 "$FAKE_PIP_PACKAGES"/*libraries* > "$dest/tmp/half"; kill -9 $$ ;;
  hangs) echo half > "$dest/tmp/half"; exec sleep 600 ;;
esac
`;

/** The two wheels; a table that pins them. */
export async function writeWheels({ packages }: Machine, contains = version): Promise<PinnedVersion> {
  const scripts = zip([
    { name: 'pyflink/bin/flink', text: '#!/bin/sh\n', executable: true },
    { name: 'pyflink/bin/config.sh', text: '#!/bin/sh\n', executable: true },
    { name: 'pyflink/conf/config.yaml', text: 'rest.port: 8081\n' },
    { name: 'pyflink/__init__.py', text: 'import nothing\n' },
  ]);
  const libraries = zip([
    { name: `apache_flink_libraries-${version}.dist-info/licenses/LICENSE`, text: 'Apache\n' },
    { name: `pyflink/lib/flink-dist-${contains}.jar`, text: 'classes '.repeat(1000) },
    { name: 'pyflink/plugins/metrics-jmx/flink-metrics-jmx.jar', text: 'plugin' },
    { name: 'pyflink/bin/bash-java-utils.jar', text: 'utils' },
  ]);
  await writeFile(join(packages, `apache_flink-${version}-cp311-cp311-manylinux2014_x86_64.whl`), scripts);
  await writeFile(join(packages, `apache_flink_libraries-${version}-py2.py3-none-any.whl`), libraries);
  return { version, scripts: pin(scripts), libraries: pin(libraries) };
}

/** As 1.20 has it: libraries as a source package. */
export async function writeSourcePackage(machine: Machine): Promise<void> {
  await writeWheels(machine);
  const { directory, packages } = machine;
  const name = `apache-flink-libraries-${version}`;
  const root = join(directory, name);
  const files = { [`deps/lib/flink-dist-${version}.jar`]: 'classes', 'deps/bin/bash-java-utils.jar': 'utils' };
  for (const [path, text] of Object.entries({
    ...files,
    LICENSE: 'Apache\n',
    NOTICE: 'notice\n',
    'setup.py': 'exit(1)\n',
  })) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  execFileSync('rm', [join(packages, `apache_flink_libraries-${version}-py2.py3-none-any.whl`)]);
  execFileSync('tar', ['-czf', join(packages, `${name}.tar.gz`), '-C', directory, name]);
}

function pin(content: Buffer): { sha256: string; bytes: number } {
  return { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
}

interface ZipEntry {
  readonly name: string;
  readonly text: string;
  readonly executable?: boolean;
}

/** The ZIP format's least: entries stored as they are, dated 2026-01-01 12:00. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const [time, date] = [12 << 11, (46 << 9) | (1 << 5) | 1];
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, text, executable } of entries) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    const common = Buffer.alloc(26);
    [20, 0, 0, time, date].forEach((value, index) => {
      common.writeUInt16LE(value, index * 2);
    });
    [crc32(content), content.length, content.length].forEach((value, index) => {
      common.writeUInt32LE(value, 10 + index * 4);
    });
    common.writeUInt16LE(path.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((0o100000 | (executable ? 0o755 : 0o644)) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, path, content]);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, tail, path]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
