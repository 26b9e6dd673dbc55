/**
 * Are the packages installed, all of them and in the versions of package-lock.json? npm writes what it installed to
 * node_modules/.package-lock.json, last and only after success, so an interrupted install is never taken for whole.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { Trouble } from './trouble.mjs';

export function packagesAreCurrent() {
  const installed = readPackages('node_modules/.package-lock.json');
  if (installed === undefined) return false;
  return wantedPackages().every(([path, wanted]) => {
    const found = installed[path];
    // Packages for another platform are left out by npm.
    if (found === undefined) return wanted.optional === true && !isForThisMachine(wanted);
    return found.version === wanted.version && found.integrity === wanted.integrity && existsSync(join(root, path));
  });
}

/** `npm ci`, with a line now and then that shows how far it is. */
export async function installPackages() {
  const paths = wantedPackages()
    .filter(([, wanted]) => isForThisMachine(wanted))
    .map(([path]) => path);
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  console.error(`Installing the packages (npm ci): ${paths.length} …`);
  const progress = setInterval(() => {
    const there = paths.filter((path) => existsSync(join(root, path, 'package.json'))).length;
    console.error(`  ${there} of ${paths.length} packages, ${seconds()}`);
  }, 3000);
  try {
    await npmCi();
  } finally {
    clearInterval(progress);
  }
  if (!packagesAreCurrent()) {
    throw new Trouble('DOWNLOAD_FAILED', 'npm ci ended well, but node_modules is not what package-lock.json says');
  }
  console.error(`  all packages installed, ${seconds()}`);
}

function npmCi() {
  const [command, ...first] = npmCommand();
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    const npm = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    npm.once('error', () =>
      reject(new Trouble('MISSING_TOOL', `npm was not found: it comes with Node, ${nodeAddress}`)),
    );
    npm.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Trouble('DOWNLOAD_FAILED', `npm ci ended with ${signal ?? code}; what it said stands above`));
    });
  });
}

const nodeAddress = 'https://nodejs.org/en/download';

/** The npm that called us, with the Node it runs on; never the Node below node_modules, which npm ci takes away. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  if (npm && node && !node.startsWith(root) && /npm-cli\.c?js$/.test(npm)) return [node, npm];
  return ['npm'];
}

function isForThisMachine({ os, cpu, libc }) {
  const allows = (list, value) => list === undefined || list.includes(value);
  return allows(os, process.platform) && allows(cpu, process.arch) && allows(libc, cLibrary());
}

function cLibrary() {
  return process.report?.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}

function wantedPackages() {
  const packages = readPackages('package-lock.json');
  if (packages === undefined) throw new Trouble('MISSING_TOOL', `${root}/package-lock.json is missing or not JSON`);
  return Object.entries(packages).filter(([path]) => path !== '');
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    // Absent or cut off: as good as not installed.
    return undefined;
  }
}
