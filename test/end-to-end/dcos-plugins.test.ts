/**
 * The plugins for the systems that are not here: whether they would start, by all that decides it. plugin.toml names a file that is
 * there and may be executed, which names the two files that it needs, and Node is a program of that system and processor by what its
 * header says. The commands are the same bytes as those that the tests run on Linux.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ava from 'ava';
import { buildPlugin } from '../../bin/dcos-plugin/build-plugin.ts';
import { type PlatformName, platforms } from '../../bin/dcos-plugin/platforms.ts';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { readZip, type UnpackedFile } from './support/dcos/read-zip.ts';
import { repository as root } from './support/process.ts';

const test = ava.serial;
const zips = new Map<PlatformName, ReadonlyMap<string, UnpackedFile>>();

ava.before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-plugins-'));
  try {
    for (const platform of platforms) {
      const { path } = await buildPlugin(platform, { root, outDir: directory, cacheDir: defaultCacheDir(), level: 1 });
      zips.set(platform.name, new Map(readZip(await readFile(path)).map((file) => [file.name, file])));
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

const launchers = { linux: 'bin/dcos-flink', darwin: 'bin/dcos-flink', windows: 'bin/dcos-flink.cmd' } as const;
const nodes = { linux: 'bin/node', darwin: 'bin/node', windows: 'bin/node.exe' } as const;

for (const { name } of platforms) {
  test(`${name}: plugin.toml, launcher, commands and Node fit together`, (t) => {
    const files = zips.get(name) ?? new Map<string, UnpackedFile>();
    const text = (file: string) => files.get(file)?.content.toString('utf8') ?? '';
    t.regex(text('plugin.toml'), /^schema_version = 1\nname = "flink"\n/);
    const [, path] = /^path = "(.*)"$/m.exec(text('plugin.toml')) ?? [];
    t.is(path, launchers[name]);
    // dcos unpacks by these modes, and starts nothing that is not executable.
    t.deepEqual(
      [...files.values()].map((file) => [file.mode.toString(8), file.name]),
      [
        ['100644', 'plugin.toml'],
        ['100755', launchers[name]],
        ['100644', 'bin/flink.mjs'],
        ['100755', nodes[name]],
        ['100644', 'NODE-LICENSE'],
        ['100644', 'LICENSE'],
        ['100644', 'completion/bash/flink.sh'],
      ],
    );
    const launcher = text(launchers[name]);
    if (name === 'windows') {
      t.regex(launcher, /^@echo off\r\n"%~dp0node\.exe" "%~dp0flink\.mjs" %\*\r\n$/);
    } else {
      t.regex(launcher, /^#!\/bin\/sh\n/);
      t.regex(launcher, /exec "\$directory\/node" "\$directory\/flink\.mjs" "\$@"\n$/);
      t.false(launcher.includes('\r'));
    }
    t.is(programOf(files.get(nodes[name])?.content ?? Buffer.alloc(0)), `${name} x86-64`);
  });
}

test('the commands are the same everywhere', (t) => {
  const [first, ...others] = [...zips.values()].map((files) => files.get('bin/flink.mjs')?.content);
  for (const other of others) t.true(first !== undefined && other?.equals(first));
});

/** ELF (System V gABI, figure 4-3), Mach-O (loader.h) or PE (Microsoft's PE Format), by their first bytes. */
function programOf(file: Buffer): string {
  if (file.toString('latin1', 0, 4) === '\x7fELF') return `linux ${file.readUInt16LE(18) === 62 ? 'x86-64' : 'other'}`;
  if (file.readUInt32LE(0) === 0xfeedfacf) return `darwin ${file.readUInt32LE(4) === 0x01000007 ? 'x86-64' : 'other'}`;
  const header = file.readUInt32LE(0x3c);
  if (file.toString('latin1', 0, 2) !== 'MZ' || file.toString('latin1', header, header + 4) !== 'PE\0\0') return 'none';
  const isProgram = file.readUInt16LE(header + 24 + 68) === 3; // a console program
  return `windows ${file.readUInt16LE(header + 4) === 0x8664 && isProgram ? 'x86-64' : 'other'}`;
}
