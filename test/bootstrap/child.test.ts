/** A command's arguments, streams, signals and exit code are its own, and it never outlives who started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { type Project, project } from './support.ts';

/** The lines it says; `line` waits for one that matches. */
function listen(process: ChildProcess): { line(pattern: RegExp): Promise<string>; all: string[] } {
  const all: string[] = [];
  if (process.stdout === null) throw new Error('no stdout');
  const lines = createInterface(process.stdout);
  lines.on('line', (line) => all.push(line));
  return {
    all,
    line: async (pattern) => {
      for (;;) {
        const found = all.find((line) => pattern.test(line));
        if (found !== undefined) return found;
        await once(lines, 'line');
      }
    },
  };
}

async function installed(made: Project): Promise<void> {
  await made.ran(['test:unit', 'exit', '0']);
}

test('wrong use: exit code 2, with what is right', async (t) => {
  const made = await project(t);
  const cases: [string[], RegExp][] = [
    [[], /no command was given; known are: start, test,/],
    [['frobnicate'], /no command "frobnicate"/],
    [['toString'], /no command "toString"/],
    [['check', '--fast'], /"check" takes no arguments/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await made.ran(args);
    t.is(code, 2);
    t.regex(stderr, message);
  }
});

test('arguments, stdin and exit code', async (t) => {
  const made = await project(t);
  await installed(made);
  const { stdout } = await made.ran(['test:unit', '--', 'stdin', 'a b', '--c=$d'], {}, 'from stdin\n');
  t.regex(stdout, /child \d+ \["stdin","a b","--c=\$d"\]/);
  t.regex(stdout, /from stdin/);
  t.is((await made.ran(['test:unit', 'exit', '23'])).code, 23);
});

test('a signal that comes twice at once, as Ctrl-C under npm does, is heard once; its exit code is waited for', async (t) => {
  const made = await project(t);
  await installed(made);
  const runner = made.run(['test:unit', 'wait']);
  const said = listen(runner);
  await said.line(/ready/);
  runner.kill('SIGINT');
  runner.kill('SIGINT');
  const [code] = await once(runner, 'close');
  t.is(code, 42);
  t.true(said.all.includes('heard SIGINT 1'), said.all.join('\n'));
});

test('a closed terminal and a plain kill end it in order', async (t) => {
  const made = await project(t);
  await installed(made);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    const runner = made.run(['test:unit', 'wait']);
    const said = listen(runner);
    await said.line(/ready/);
    runner.kill(signal);
    const [code] = await once(runner, 'close');
    t.is(code, 42);
    t.true(said.all.includes('heard SIGTERM 1'));
  }
});

test('a terminal that is gone does not keep it from ending in order', async (t) => {
  const made = await project(t);
  await installed(made);
  const runner = made.run(['test:unit', 'wait']);
  await listen(runner).line(/ready/);
  runner.stdout?.destroy();
  runner.stderr?.destroy();
  runner.kill('SIGHUP');
  const [code] = await once(runner, 'exit');
  t.is(code, 42, 'it writes before it exits with 42');
});

test('killed without a word: 128 and the number of the signal', async (t) => {
  const made = await project(t);
  await installed(made);
  const runner = made.run(['test:unit', 'wait']);
  const said = listen(runner);
  await said.line(/ready/);
  process.kill(Number((await said.line(/^child/)).split(' ')[1]), 'SIGKILL');
  const [code] = await once(runner, 'close');
  t.is(code, 137);
});

test('kill -9 of the runner: the command ends all the same', async (t) => {
  const made = await project(t);
  await installed(made);
  const runner = made.run(['test:unit', 'wait']);
  const said = listen(runner);
  await said.line(/ready/);
  runner.kill('SIGKILL');
  // The pipe closes when the last process that holds it has ended.
  await once(runner, 'close');
  t.true(said.all.includes('heard SIGTERM 1'), said.all.join('\n'));
});

test('kill -9 of npm, which started a shell that started the runner: the command ends all the same', async (t) => {
  const made = await project(t);
  await installed(made);
  // "; true" keeps the shells, as npm keeps its own.
  const inner = `"${process.execPath}" "${join(made.root, 'bin', 'run.mjs')}" test:unit wait; true`;
  const npm = spawn('/bin/sh', ['-c', `/bin/sh -c '${inner}'; true`], {
    env: { ...made.env, npm_lifecycle_event: 'test:unit' },
  });
  const said = listen(npm);
  await said.line(/ready/);
  npm.kill('SIGKILL');
  await once(npm, 'close');
  t.true(said.all.includes('heard SIGTERM 1'), said.all.join('\n'));
});
