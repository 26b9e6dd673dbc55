/** When packages are installed, and what counts as installed. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { findNode } from '../../bin/lib/node.mjs';
import { exitCodes, Trouble } from '../../bin/lib/trouble.mjs';
import { problemTable } from '../../src/lib/problem.ts';
import { project } from './support.ts';

test('the first command installs, without scripts, and shows it; the second one does not', async (t) => {
  const made = await project(t);
  const { code, stderr } = await made.ran(['test:unit']);
  t.is(code, 0, stderr);
  t.regex(stderr, /Installing the packages/);
  t.regex(stderr, /all packages installed/);
  t.is((await made.ran(['test:unit'])).code, 0);
  const calls = await made.npmCalls();
  t.is(calls.length, 1);
  t.regex(calls[0] ?? '', /^ci --ignore-scripts/);
});

test('another lockfile, a package gone: installed anew', async (t) => {
  const made = await project(t);
  await made.ran(['test:unit']);
  await made.lock('2.0.0');
  t.is((await made.ran(['test:unit'])).code, 0);
  t.is((await made.npmCalls()).length, 2);
  await rm(join(made.root, 'node_modules', 'ava'), { recursive: true });
  t.is((await made.ran(['test:unit'])).code, 0);
  t.is((await made.npmCalls()).length, 3);
});

for (const way of ['NPM_DIES', 'NPM_FAILS']) {
  test(`an interrupted install (${way}) is not taken for whole`, async (t) => {
    const made = await project(t);
    const { code, stderr } = await made.ran(['test:unit'], { [way]: 'yes' });
    t.is(code, 18);
    t.regex(stderr, /DOWNLOAD_FAILED: npm ci ended with/);
    t.is((await made.ran(['test:unit'])).code, 0);
    t.is((await made.npmCalls()).length, 2);
  });
}

test('half a record of what is installed is none', async (t) => {
  const made = await project(t);
  await made.ran(['test:unit']);
  await writeFile(join(made.root, 'node_modules', '.package-lock.json'), '{"packages": {"node_mod');
  t.is((await made.ran(['test:unit'])).code, 0);
  t.is((await made.npmCalls()).length, 2);
});

test('no npm: exit code 17', async (t) => {
  const made = await project(t);
  await made.tool('npm', undefined);
  const { code, stderr } = await made.ran(['test:unit']);
  t.is(code, 17);
  t.regex(stderr, /npm was not found/);
});

test('a Node that is too old is refused, unless the packages bring one', (t) => {
  const own = (version: string) => ({ version, path: '/usr/bin/node' });
  for (const version of ['v18.20.0', 'v20.19.1', 'v24.11.1']) {
    const error = t.throws(() => findNode(own(version), '/nonexistent'), { instanceOf: Trouble });
    t.regex(error?.message ?? '', /Node 24\.12 or newer is needed; this is v/);
    t.is(findNode(own(version), process.execPath), process.execPath);
  }
  for (const version of ['v24.12.0', 'v25.0.0']) t.is(findNode(own(version), '/nonexistent'), '/usr/bin/node');
});

test('exit codes are those of the one table', (t) => {
  for (const [code, exitCode] of Object.entries(exitCodes)) {
    const inTable: number = problemTable[code as keyof typeof problemTable].exitCode;
    t.is(inTable, exitCode);
  }
});
