/** The command behind `npm run universe`: writes the repository file and the hashes, and serves both when asked to. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { sha256Of } from '../bin/archive/build-archive.ts';
import { parseListen } from '../src/main/settings.ts';
import { version } from '../src/main/version.ts';
import { cliBinaries } from './cli-binaries.ts';
import { readPackage } from './package.ts';
import { buildRepository } from './repository.ts';
import { serveRepository } from './serve.ts';

const outDir = fileURLToPath(new URL('../dist', import.meta.url));
const { artifacts, serve } = new Command('universe')
  .description('build the DC/OS package repository into dist/')
  .requiredOption('--artifacts <url>', 'the directory from which agents fetch the archives, http://… or file://…')
  .option('--serve <host:port>', 'serve the repository and the archives of dist/ afterwards')
  .parse()
  .opts<{ artifacts: string; serve?: string }>();

const description = await readPackage(artifacts, version);
const cli = await cliBinaries(artifacts, outDir, version);
if (cli === undefined)
  console.error('no plugins in dist/: the package will have no `dcos flink` (npm run dcos-plugin)');
const repository = buildRepository({ ...description, resource: { ...description.resource, ...(cli && { cli }) } });
await mkdir(outDir, { recursive: true });
await writeFile(join(outDir, 'flink-universe.json'), repository);
const names = (await readdir(outDir)).filter((name) => /\.(tar\.gz|tgz|json|zip)$/.test(name)).sort();
const sums = await Promise.all(names.map(async (name) => `${await sha256Of(join(outDir, name))}  ${name}\n`));
await writeFile(join(outDir, 'SHA256SUMS'), sums.join(''));
console.log(`${join(outDir, 'flink-universe.json')}\n${sums.join('')}`.trimEnd());
if (serve !== undefined) {
  const { host, port } = parseListen(serve, '--serve');
  await serveRepository({ host, port, repository, directory: outDir });
  console.log(`dcos package repo add --index=0 flink http://${host}:${port}/`);
}
