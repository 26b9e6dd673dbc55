/**
 * The real `dcos` 1.2.0, built through the Go module proxy into the cache (outside of every clone), or the one that
 * DCOS_BIN names. `go install` cannot build it: the proxy has this one version and refuses the list of versions.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheDir } from '../../../../src/main/directories.ts';

const run = promisify(execFile);
const module = 'github.com/dcos/dcos-cli';
const version = '1.2.0';

const path = `${process.env.PATH}:/usr/local/go/bin`;

/** Without Go the tests are skipped, and ava counts them so; never in CI, where Go has to be. */
export const canHaveDcos: boolean =
  Boolean(process.env.DCOS_BIN || process.env.CI) ||
  path.split(':').some((directory) => existsSync(join(directory, 'go')));

export async function dcosBinary(): Promise<string> {
  const { DCOS_BIN } = process.env;
  if (DCOS_BIN) return DCOS_BIN;
  const cache = join(defaultCacheDir(), 'dcos-cli');
  const kept = join(cache, `dcos-${version}`);
  if (existsSync(kept)) return kept;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.building-'));
  try {
    await writeFile(join(work, 'go.mod'), `module local/dcosbuild\n\ngo 1.21\n\nrequire ${module} v${version}\n`);
    const flags = `-X ${module}/pkg/cli/version.version=${version}`;
    await run('go', ['build', '-ldflags', flags, '-o', 'dcos', `${module}/cmd/dcos`], {
      cwd: work,
      env: { ...process.env, PATH: path, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
      maxBuffer: 2 ** 24,
    });
    await rename(join(work, 'dcos'), kept);
    return kept;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
