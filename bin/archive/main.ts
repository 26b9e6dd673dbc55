/** The command behind `npm run dist`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildArchive } from './build-archive.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const outDir = join(root, 'dist');
const { path, name, sha256 } = await buildArchive(root, outDir);
await writeFile(join(outDir, `${name}.sha256`), `${sha256}  ${name}\n`);
console.log(`${path}\nsha256 ${sha256}`);
