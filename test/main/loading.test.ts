/** What a command loads before it does anything: who asks a scheduler, or only the version, waits for nothing that serves. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import test from 'ava';

const hook = `
import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
registerHooks({ load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); } });`;

async function loadedBy(
  ...words: readonly string[]
): Promise<{ packages: ReadonlySet<string>; ours: readonly string[] }> {
  const args = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, 'src/main.ts', ...words];
  const environment = { ...process.env, FLINK_MESOS_URL: 'http://127.0.0.1:1' };
  const { stderr } = await promisify(execFile)(process.execPath, args, { env: environment }).catch(
    (error: { stderr: string }) => error,
  );
  const urls = stderr.split('\n');
  return {
    packages: new Set(urls.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? [])),
    ours: urls.flatMap((url) => /\/src\/(.*)$/.exec(url)?.[1] ?? []),
  };
}

test('the version and the help of a command need neither HTTP nor what serves', async (t) => {
  for (const words of [['--version'], ['clusters', 'create', '--help']]) {
    const { packages, ours } = await loadedBy(...words);
    t.deepEqual([...packages].sort(), ['commander', 'lodash']);
    t.deepEqual(
      ours.filter((file) => !/^(main\.ts|main\/(streams|version)\.ts|cli\/|lib\/)/.test(file)),
      [],
    );
  }
});

test('a command that asks a scheduler needs HTTP besides', async (t) => {
  const { packages } = await loadedBy('clusters', 'list');
  t.deepEqual([...packages].sort(), ['commander', 'lodash', 'undici']);
});

test('whoever looks for all commands finds those that serve, too', async (t) => {
  const { ours } = await loadedBy('--help');
  t.true(ours.includes('main/serving-commands.ts'));
});
