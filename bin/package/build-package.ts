/**
 * The npm package of the libraries: the client of Mesos and the embedded Mesos, as JavaScript with types, for Node strips
 * no types below node_modules. It is packed from a directory of its own, whose package.json names only what these two
 * need: the project's own names all of the scheduler, and Node itself.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../../src/lib/problem.ts';

const run = promisify(execFile);

/** What is imported as `flink-mesos/NAME`. */
const libraries = ['mesos-api-client', 'local-mesos'] as const;

/** Makes `directory`, which `npm pack` can pack; what was there before is removed. */
export async function buildPackage(root: string, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await compile(root, directory);
  await cp(join(root, 'LICENSE'), join(directory, 'LICENSE'));
  await cp(join(root, 'src/mesos-api-client/README.md'), join(directory, 'README.md'));
  await writeFile(join(directory, 'package.json'), await packageJson(root, directory));
}

async function compile(root: string, outDir: string): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const project = join(root, 'bin/package/tsconfig.json');
  await run(process.execPath, [compiler, '-p', project, '--outDir', outDir]).catch((error: { stdout?: string }) => {
    throw new Problem('BUILD_FAILED', `tsc said:\n${error.stdout ?? error}`, { cause: error });
  });
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

async function packageJson(root: string, directory: string): Promise<string> {
  const project: Manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { name, version, license, type, engines, dependencies, devDependencies } = project;
  const imported = await importedPackages(join(directory, 'src'));
  const manifest = {
    name,
    version,
    description: 'Client of the Apache Mesos v1 APIs, and an embedded Mesos to test frameworks with',
    license,
    type,
    engines,
    exports: Object.fromEntries(libraries.map((library) => [`./${library}`, exportOf(library)])),
    dependencies: Object.fromEntries(imported.map((wanted) => [wanted, versionOf(wanted, dependencies)])),
    // The declarations speak of Buffer and AbortSignal.
    peerDependencies: { '@types/node': `>=${devDependencies['@types/node']?.split('.')[0]}` },
    peerDependenciesMeta: { '@types/node': { optional: true } },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

function exportOf(library: string): { types: string; default: string } {
  const index = `./src/${library}/index`;
  return { types: `${index}.d.ts`, default: `${index}.js` };
}

/** As tsc writes it: on one line, or ending with `} from '…';`. */
const importStatement = /^(?:import|export|\}).*? from '([^']+)';$|^import '([^']+)';$/gm;

/** What the emitted code asks for: a package that only types speak of is not needed by anybody. */
async function importedPackages(directory: string): Promise<string[]> {
  const names = new Set<string>();
  for (const file of await readdir(directory, { recursive: true })) {
    if (!file.endsWith('.js')) continue;
    const code = await readFile(join(directory, file), 'utf8');
    for (const [, from, bare] of code.matchAll(importStatement)) {
      const [, name] = /^((?:@[^/]+\/)?[^./][^/]*)/.exec(from ?? bare ?? '') ?? [];
      if (name !== undefined && !name.startsWith('node:')) names.add(name);
    }
  }
  return [...names].sort();
}

function versionOf(name: string, dependencies: Manifest['dependencies']): string {
  const version = dependencies[name];
  if (version === undefined) {
    throw new Problem('BUILD_FAILED', `the libraries import ${name}, which is none of the project's dependencies`);
  }
  return version;
}
