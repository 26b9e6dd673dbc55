/**
 * Which Node runs the project: the one that the packages bring (Linux), or else the one that runs this file. It must
 * run TypeScript as it is.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { Trouble } from './trouble.mjs';

const oldest = [24, 12];

/** `own` is the Node that runs this file; tests bring another. */
export function findNode(own = { version: process.version, path: process.execPath }, packaged = packagedNode()) {
  if (existsSync(packaged)) return packaged;
  const [major, minor] = own.version.slice(1).split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return own.path;
  throw new Trouble(
    'MISSING_TOOL',
    `Node ${oldest.join('.')} or newer is needed; this is ${own.version}, and for ${process.platform}-${process.arch} the packages bring none.\n` +
      '  Install Node 24: https://nodejs.org/en/download',
  );
}

/** Where optionalDependencies put it; they exist for Linux alone. */
function packagedNode() {
  return join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
}
