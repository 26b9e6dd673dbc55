/** What bin/run.mjs says when the machine lacks something: exit code 17, all of it at once, with how to get it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { type Project, project } from './support.ts';

const java = (version: string): string => `echo 'openjdk version "${version}" 2025-04-15' >&2`;

async function equipped(made: Project): Promise<void> {
  await made.tool('java', java('17.0.15'));
  await made.tool('javac', 'echo javac 17.0.15');
  await made.tool('pip3', 'echo pip 23');
  // Nothing can be installed: whoever gets so far ends with DOWNLOAD_FAILED.
  await made.tool('npm', 'exit 1');
}

test('all there: the machine is no reason to stop', async (t) => {
  const made = await project(t);
  await equipped(made);
  t.is((await made.ran(['start'])).code, 18);
});

test('nothing there: Java and pip are named together', async (t) => {
  const made = await project(t);
  const { code, stderr } = await made.ran(['start']);
  t.is(code, 17);
  t.regex(stderr, /^error MISSING_TOOL: Java was not found/);
  t.regex(stderr, /openjdk-17-jdk/);
  t.regex(stderr, /pip was not found/);
  t.regex(stderr, /python3-pip/);
  t.deepEqual(await made.npmCalls(), [], 'nothing is installed before');
});

const javas: [string, RegExp | undefined][] = [
  ['1.8.0_402', /Java 8 was found/],
  ['11.0.22', /Java 11 was found/],
  ['17', undefined],
  ['21.0.2', undefined],
  ['25', /Java 25 was found .* needs Java 17 or 21/],
  ['unclear', /not understood/],
];
for (const [version, message] of javas) {
  test(`Java ${version}: ${message === undefined ? 'good' : 'refused'}`, async (t) => {
    const made = await project(t);
    await equipped(made);
    await made.tool('java', java(version));
    const { code, stderr } = await made.ran(['start']);
    t.is(code, message === undefined ? 18 : 17);
    if (message !== undefined) t.regex(stderr, message);
  });
}

test('a runtime without a compiler: the JDK is asked for', async (t) => {
  const made = await project(t);
  await equipped(made);
  await made.tool('javac', undefined);
  const { code, stderr } = await made.ran(['start']);
  t.is(code, 17);
  t.regex(stderr, /not its compiler, javac.*install the JDK/);
});

test('JAVA_HOME chooses, and is named when nothing is there', async (t) => {
  const made = await project(t);
  await equipped(made);
  const { code, stderr } = await made.ran(['start'], { JAVA_HOME: '/nonexistent/jdk' });
  t.is(code, 17);
  t.regex(stderr, /\/nonexistent\/jdk\/bin\/java/);
});

test('pip is not needed with FLINK_HOME, with a cached Flink, or as a module of Python', async (t) => {
  const made = await project(t);
  await equipped(made);
  await made.tool('pip3', undefined);
  t.is((await made.ran(['start'])).code, 17);
  t.is((await made.ran(['start'], { FLINK_HOME: '/opt/flink' })).code, 18);
  await made.tool('python3', '[ "$1 $2" = "-m pip" ]');
  t.is((await made.ran(['start'])).code, 18);
  await made.tool('python3', 'echo No module named pip >&2; exit 1');
  t.is((await made.ran(['start'])).code, 17);
  await mkdir(join(made.root, '.cache', 'flink-mesos', 'flink', '2.3.0'), { recursive: true });
  t.is((await made.ran(['start'])).code, 18);
});

test('what needs no Flink asks for none of it', async (t) => {
  const made = await project(t);
  t.is((await made.ran(['test:unit'])).code, 0);
});
