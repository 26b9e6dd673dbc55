/** The command behind `npm run package`: dist/package, packed into dist/. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build-package.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const directory = join(root, 'dist/package');
await buildPackage(root, directory);
const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', join(root, 'dist')], {
  cwd: directory,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
if (packed.status === 0) console.log(join(root, 'dist', packed.stdout.trim()));
process.exitCode = packed.status ?? 1;
