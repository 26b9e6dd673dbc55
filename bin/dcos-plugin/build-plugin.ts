/**
 * The plugin of DC/OS' command line: a zip with plugin.toml, a launcher, the commands in one file, completion for bash, and
 * Node, so that a laptop needs nothing. The name in plugin.toml must be that of the package, or `dcos` cannot uninstall it.
 */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { dcosCompletion } from '../../src/cli/completion.ts';
import { createDcosProgram } from '../../src/cli/dcos/dcos-flink.ts';
import { processIo } from '../../src/cli/io.ts';
import { nodeOf } from './node-of.ts';
import { type Platform, type PlatformName, platforms } from './platforms.ts';
import { writeZip, type ZipEntry } from './zip.ts';

export interface Plugin {
  readonly platform: PlatformName;
  readonly path: string;
  readonly name: string;
  /** Lower-case hex, as `dcos` compares it. */
  readonly sha256: string;
}

export interface PluginOptions {
  readonly root: string;
  readonly outDir: string;
  readonly cacheDir: string;
  readonly level?: number;
}

export function platformOf(name: string): Platform | undefined {
  return platforms.find((platform) => platform.name === name);
}

export function pluginName(version: string, platform: PlatformName): string {
  return `dcos-flink-${version}-${platform}-x86-64.zip`;
}

export async function buildPlugin(platform: Platform, options: PluginOptions): Promise<Plugin> {
  const { root, outDir, level } = options;
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const name = pluginName(version, platform.name);
  await mkdir(outDir, { recursive: true });
  const unfinished = join(outDir, `.${name}.${process.pid}`);
  try {
    const sha256 = await writeZip(unfinished, await entriesOf(platform, version, options), level);
    await rename(unfinished, join(outDir, name));
    return { platform: platform.name, path: join(outDir, name), name, sha256 };
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function entriesOf(platform: Platform, version: string, options: PluginOptions): Promise<ZipEntry[]> {
  const { root, cacheDir } = options;
  const { node, license } = await nodeOf(platform, root, cacheDir);
  const { launcher } = platform;
  const { program } = createDcosProgram(version, processIo());
  const text = (name: string, content: string, executable = false): ZipEntry => ({
    name,
    content: Buffer.from(content),
    executable,
  });
  return [
    text('plugin.toml', pluginToml(launcher.name)),
    text(`bin/${launcher.name}`, launcher.text, true),
    text('bin/flink.mjs', await bundleCommands(root, version)),
    { name: platform.node, content: node, executable: true },
    { name: 'NODE-LICENSE', content: license },
    { name: 'LICENSE', content: await readFile(join(root, 'LICENSE')) },
    text('completion/bash/flink.sh', dcosCompletion(program)),
  ];
}

function pluginToml(launcher: string): string {
  return `schema_version = 1
name = "flink"

[[commands]]
name = "flink"
path = "bin/${launcher}"
description = "Apache Flink on DC/OS: clusters, jobs and the service itself"
`;
}

async function bundleCommands(root: string, version: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/cli/dcos/main.ts')],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    legalComments: 'eof',
    define: { 'process.env.FLINK_MESOS_VERSION': JSON.stringify(version) },
    // Packages of the older kind ask for Node's own modules so.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    write: false,
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('the bundler has written nothing');
  return file.text;
}
