/**
 * Writes docs/conformance.md from the titles of the tests: `node test/docs/conformance-page.ts --write` after a test got
 * or lost an id. A test of this directory holds the page against the titles.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { scenarios } from '../conformance/scenarios/index.ts';
import { allowedEverywhere } from '../local-mesos/replay/compare.ts';
import { longRecordings, notPlayed, shortRecordings } from '../local-mesos/replay/recordings.ts';
import { notYet, refused, subjects } from './conformance-ids.ts';
import { testsByScenario } from './scenario-ids.ts';

export const pagePath = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));

/** Tests by id, as they are named on the page. */
export function coverage(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const add = (ids: readonly string[], where: string) => {
    for (const id of ids) found.set(id, (found.get(id) ?? new Set()).add(where));
  };
  for (const { ids } of scenarios) add(ids, 'conformance suite');
  for (const { ids, name } of [...shortRecordings, ...longRecordings]) add(ids, `recorded: ${name}`);
  for (const [id, tests] of testsByScenario(['MA', 'LM'])) for (const test of tests) add([id], test);
  return found;
}

export function renderPage(): string {
  const covered = coverage();
  const row = (id: string, subject: string) => {
    const tests = covered.get(id);
    const by = tests === undefined ? `not yet: ${notYet[id]}` : [...tests].join(', ');
    return `| ${id} | ${subject} | ${by} |`;
  };
  const table = (kind: 'MA' | 'LM') => [
    '| id | what | held by |',
    '|---|---|---|',
    ...subjects[kind].map((subject, index) => row(`${kind}-${index + 1}`, subject)),
  ];
  return [
    introduction,
    '## The client and the scheduler (MA)',
    '',
    ...table('MA'),
    '',
    '## A master and its agents (LM)',
    '',
    ...table('LM'),
    '',
    '## What the embedded Mesos refuses',
    '',
    '| what | how | why |',
    '|---|---|---|',
    ...refused.map((row) => `| ${row.join(' | ')} |`),
    '',
    ...recordingsTable(),
    '',
  ].join('\n');
}

function recordingsTable(): string[] {
  const reasons = (rules: readonly { readonly reason: string }[]) =>
    rules.length === 0 ? '' : ` But for: ${[...new Set(rules.map(({ reason }) => reason))].join('; ')}.`;
  const played = [...shortRecordings, ...longRecordings].map(
    ({ name, ids, allowed = [], leftOut = [], offersApart: apart }) => {
      const differing = [...allowed, ...leftOut, ...(apart === undefined ? [] : [{ reason: apart }])];
      return [name, `played (${ids.join(', ')}).${reasons(differing)}`] as const;
    },
  );
  const rows = [
    ...played,
    ...Object.entries(notPlayed).map(([name, why]) => [name, `not played: ${why}`] as const),
  ].sort(([a], [b]) => a.localeCompare(b));
  return [
    '## Exchanges recorded from a real master',
    '',
    'What may differ in every one of them:',
    '',
    ...allowedEverywhere.map(({ path, reason }) => `- \`${path.source.replaceAll('|', '\\|')}\`: ${reason}`),
    '',
    '| exchange | played to the embedded master, or held by |',
    '|---|---|',
    ...rows.map(([name, how]) => `| ${name} | ${how} |`),
  ];
}

const introduction = `# Conformance with Apache Mesos

Every scenario that the Mesos side is held against, and the tests that hold it (paths below \`test/\`). This page is written by \`node test/docs/conformance-page.ts --write\` from the titles of the tests.

- \`npm run conformance\` starts the embedded Mesos as a process of its own and runs the scenarios of \`test/conformance\` against it, over HTTP only; beside them it plays recorded exchanges with a real Apache Mesos 1.12 and compares the answers (\`test/local-mesos/replay\`).
- \`npm run conformance -- --master HOST:PORT\` runs the scenarios against any other master, with longer time-outs; what cannot be asked of a master that others use is skipped, with the reason. They use role \`*\`, tasks of 0.1 cpus and 32 MB, and end their frameworks when they are done. Where it demands credentials, \`--credential FILE\` names a file as Mesos' frameworks take it: \`{"principal": "…", "secret": "…"}\`.
- \`npm run conformance -- --only LM-30\` runs what names an id.

It prints a table by id and closes with \`N passed, N failed, N skipped\`. An id that is held here may be held in part: the titles of its tests say what.
`;

if (process.argv.includes('--write')) writeFileSync(pagePath, renderPage());
