/**
 * Our Mustache of DC/OS against the one that DC/OS uses (mustache.java 0.9.6, by Maven): the same text for the package's
 * template with many sets of options, and for templates and values where libraries differ.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import fc from 'fast-check';
import { version } from '../../src/main/version.ts';
import { renderAsCosmos } from '../../universe/cosmos-mustache.ts';
import { readPackage } from '../../universe/package.ts';
import { mergeOptions } from '../../universe/render.ts';
import { optionSetsOf } from '../universe/support/option-sets.ts';
import { mavenJar } from './support/maven.ts';

interface Case {
  readonly template: string;
  readonly context: Readonly<Record<string, unknown>>;
}

const artifact = 'com.github.spullara.mustache.java:compiler:0.9.6';
let jar = '';
let missing: string | undefined;

test.before(async () => {
  try {
    jar = await mavenJar(artifact);
  } catch (error) {
    missing = `Maven brought no ${artifact}: ${String(error)}`;
  }
});

const values: unknown[] = [0, 1, 0.5, 12345678.5, 0.00001, 1e21, -3, '', 'x', 'false', '"\\\n', '<&>'];
values.push(true, false, null, [], ['a', 'b"c'], [['a'], ['b', 'IS', 'c']], [1, 2.5], {}, { c: 'in' }, { c: 0 });
const templates = ['{{#v}}on{{/v}}{{^v}}off{{/v}}', '{{#v}}{{c}}{{v.c}}{{d}}{{/v}}', '  {{#v}}\n  x\n  {{/v}}\n end'];
const prints = ['{{v}}', '{{{v}}}', '[{{&v}}]', '{{v.c}} {{d}} {{none}}'];

test('templates and values where libraries differ', async (t) => {
  const isPlain = (v: unknown): boolean => v !== null && typeof v === 'object' && !Array.isArray(v);
  const sections = templates.flatMap((template) => values.map((v) => ({ template, context: { v, d: 'out' } })));
  // Objects are no text: what Java would print of one is no JSON, and our templates print none.
  const printed = prints.flatMap((template) =>
    values.filter((v) => !isPlain(v) || template.includes('v.c')).map((v) => ({ template, context: { v, d: 'out' } })),
  );
  await compare(t, [...sections, ...printed]);
});

test('the package, for many sets of options', async (t) => {
  const { marathon, config, resource } = await readPackage('http://files.example', version);
  const needed = { service: { token_uri: 'file:///token' }, flink: { storage: 'file:///shared' } };
  const options = fc.sample(optionSetsOf(config, needed), { numRuns: 300 });
  await compare(
    t,
    options.map((given) => ({ template: marathon, context: { ...mergeOptions(config, given), resource } })),
  );
});

async function compare(t: { log(line: string): void; pass(): void; deepEqual: Equal }, cases: readonly Case[]) {
  if (missing !== undefined) {
    t.log(`not compared: ${missing}`);
    t.pass();
    return;
  }
  const theirs = await renderByJava(cases);
  const ours = cases.map(({ template, context }) => renderAsCosmos(template, context));
  cases.forEach(({ template, context }, index) => {
    const said = `${template.slice(0, 80)} with ${JSON.stringify(context).slice(0, 2000)}`;
    t.deepEqual(ours[index], theirs[index], said);
  });
}

type Equal = (actual: unknown, expected: unknown, message?: string) => void;

async function renderByJava(cases: readonly Case[]): Promise<string[]> {
  const source = fileURLToPath(new URL('support/MustacheOracle.java', import.meta.url));
  const java = spawn('java', ['-cp', jar, source], { stdio: ['pipe', 'pipe', 'inherit'] });
  java.stdin.end(cases.flatMap(({ template, context }) => [base64(template), ...tokens(context)]).join('\n'));
  const output = await text(java.stdout);
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line, 'base64').toString('utf8'));
}

/** As Cosmos converts them: strings as inside JSON quotes, members of lists with their quotes. */
function tokens(value: unknown, inList = false): string[] {
  if (value === null || value === undefined) return ['n'];
  if (typeof value === 'string') return [`s ${base64(JSON.stringify(value).slice(...(inList ? [0] : [1, -1])))}`];
  if (typeof value === 'boolean') return [`b ${value}`];
  if (typeof value === 'number') return [Number.isInteger(value) ? `i ${BigInt(value)}` : `d ${value}`];
  if (Array.isArray(value)) return [`a ${value.length}`, ...value.flatMap((member) => tokens(member, true))];
  const entries = Object.entries(value as object);
  return [`o ${entries.length}`, ...entries.flatMap(([key, member]) => [base64(key), ...tokens(member)])];
}

function base64(plain: string): string {
  return Buffer.from(plain, 'utf8').toString('base64');
}
