/** The command behind `npm run dcos-plugin [-- PLATFORM…]`: linux, darwin and windows, or those that are named. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../src/lib/problem.ts';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { buildPlugin, platformOf } from './build-plugin.ts';
import { platforms } from './platforms.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const outDir = join(root, 'dist');
const given = process.argv.slice(2);
for (const name of given.length === 0 ? platforms.map((platform) => platform.name) : given) {
  const platform = platformOf(name);
  if (platform === undefined) throw new Problem('USAGE', `${name} is none of linux, darwin, windows`);
  const { path, sha256, name: file } = await buildPlugin(platform, { root, outDir, cacheDir: defaultCacheDir() });
  await writeFile(`${path}.sha256`, `${sha256}  ${file}\n`);
  console.log(`${path}\nsha256 ${sha256}`);
}
