/** The repository of the package with its archives and the plugin for this machine, at an address of its own. */
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { buildArchive } from '../../../bin/archive/build-archive.ts';
import { buildPlugin, platformOf } from '../../../bin/dcos-plugin/build-plugin.ts';
import { defaultCacheDir } from '../../../src/main/directories.ts';
import { version } from '../../../src/main/version.ts';
import { cliBinaries } from '../../../universe/cli-binaries.ts';
import { packagedFlink, readPackage } from '../../../universe/package.ts';
import { buildRepository } from '../../../universe/repository.ts';
import { serveRepository } from '../../../universe/serve.ts';
import { freePort } from './free-port.ts';
import { packFlink } from './pack-flink.ts';
import { repository } from './process.ts';

/** What `npm run dist`, `npm run dcos-plugin` and `npm run universe -- --serve` make of it. */
export async function serveCatalog(directory: string, flinkHome: string): Promise<Server> {
  const artifacts = join(directory, 'artifacts');
  await mkdir(artifacts);
  const root = repository.replace(/\/$/, '');
  const linux = platformOf('linux');
  if (linux === undefined) throw new Error('there is no Linux');
  await Promise.all([
    buildArchive(root, artifacts, { level: 1 }),
    packFlink(flinkHome, artifacts, packagedFlink),
    buildPlugin(linux, { root, outDir: artifacts, cacheDir: defaultCacheDir(), level: 1 }),
  ]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const description = await readPackage(url, version);
  const cli = await cliBinaries(url, artifacts, version);
  const resource = { ...description.resource, ...(cli && { cli }) };
  const packages = buildRepository({ ...description, resource });
  return await serveRepository({ host: '127.0.0.1', port, directory: artifacts, repository: packages });
}
