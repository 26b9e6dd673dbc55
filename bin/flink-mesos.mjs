#!/usr/bin/env node
/** The command itself, `flink-mesos …`: src/main.ts with the Node that it needs, whatever Node started this file. */
import { join } from 'node:path';
import { runInTurn } from './lib/child.mjs';
import { findNode } from './lib/node.mjs';
import { packagesAreCurrent } from './lib/packages.mjs';
import { root } from './lib/root.mjs';
import { reportTrouble, Trouble } from './lib/trouble.mjs';

try {
  if (!packagesAreCurrent()) {
    throw new Trouble('MISSING_TOOL', `the packages of ${root} are not installed: run "npm ci --ignore-scripts" there`);
  }
  process.exitCode = await runInTurn([[findNode(), join(root, 'src/main.ts'), ...process.argv.slice(2)]]);
} catch (error) {
  process.exitCode = reportTrouble(error);
}
