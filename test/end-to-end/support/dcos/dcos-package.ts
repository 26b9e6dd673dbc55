/**
 * DC/OS' own `dcos package …`: the Python one (dcoscli 0.6.1 of PyPI), which clusters brought as their core plugin before it was
 * written anew in Go. The Go one cannot be had: the Go module proxy refuses every version of github.com/dcos/dcos-core-cli, and
 * the list of them ("403: This module version is not available"), where it has github.com/dcos/dcos-cli v1.2.0.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheDir } from '../../../../src/main/directories.ts';

const run = promisify(execFile);
const version = '0.6.1';

/** What its commands for packages import; what only its others need (cryptography 2.0.2, of 2017) is left out. */
const needed = [
  ...['docopt==0.6.2', 'jsonschema==2.6.0', 'pager==3.3', 'pkginfo==1.2.1', 'prettytable==0.7.2', 'pygments==2.21.0'],
  ...['PyJWT==1.4.2', 'requests==2.34.2', 'retrying==1.3.3', 'six==1.17.0', 'sseclient==0.0.19', 'toml==0.10.2'],
];

/** It is from before Python 3.10, which took these names away. */
const script = `import collections, collections.abc, sys
for name in collections.abc.__all__:
    setattr(collections, name, getattr(collections.abc, name))
from dcoscli.package.main import main
sys.exit(main(sys.argv[1:]))
`;

/** The path of a command that takes `package …`. */
export async function dcosPackage(): Promise<string> {
  const environment = join(defaultCacheDir(), 'test', `dcoscli-${version}`);
  const command = join(environment, 'bin', 'dcos-package');
  if (existsSync(command)) return command;
  await rm(environment, { recursive: true, force: true });
  await mkdir(join(environment, '..'), { recursive: true });
  await run('python3', ['-m', 'venv', environment]);
  const python = join(environment, 'bin', 'python');
  const install = [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile'],
    '--no-build-isolation',
  ];
  const limits = { timeout: 300_000 };
  await run(python, [...install, 'setuptools<81', 'wheel'], limits);
  await run(python, [...install, ...needed], limits);
  await run(python, [...install, '--no-deps', `dcos==${version}`, `dcoscli==${version}`], limits);
  await writeFile(`${command}.new`, `#!${python} -Wignore\n${script}`);
  await chmod(`${command}.new`, 0o755);
  await rename(`${command}.new`, command);
  return command;
}
