/**
 * Writes docs/parity.md from the titles of the tests: `node test/docs/parity-page.ts --write` after a test got or lost an
 * id. A test of this directory holds the page against the titles.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Family, families, idsOf } from './parity-ids.ts';
import { testsByScenario } from './scenario-ids.ts';

export const pagePath = fileURLToPath(new URL('../../docs/parity.md', import.meta.url));

/** Tests by id, as they are named on the page. */
export const coverage = (): Map<string, Set<string>> => testsByScenario(families.map(({ prefix }) => prefix));

function renderPage(): string {
  const covered = coverage();
  return [introduction(covered), ...families.map((family) => section(family, covered))].join('\n');
}

function section(family: Family, covered: Map<string, Set<string>>): string {
  const row = (id: string, subject: string) => {
    const tests = covered.get(id);
    const by = tests === undefined ? `– ${family.leftOut[id] ?? 'not looked at yet'}` : [...tests].join(', ');
    return `| ${id} | ${subject} | ${by} |`;
  };
  return [
    `## ${family.title} (${family.prefix})`,
    '',
    `From ${family.source}.`,
    '',
    '| id | what | held by |',
    '|---|---|---|',
    ...idsOf(family).map((id, index) => row(id, family.subjects[index] ?? '')),
    '',
  ].join('\n');
}

function introduction(covered: Map<string, Set<string>>): string {
  const all = families.flatMap(idsOf);
  const held = all.filter((id) => covered.has(id)).length;
  return `# Parity

What Netflix Fenzo and Flink's former Mesos module (1.13) were held to by their own tests, scenario by scenario, and the tests that hold it here (paths below \`test/\`). ${held} of ${all.length} have a test; a dash stands before the reason why another one has none. This page is written by \`node test/docs/parity-page.ts --write\` from the titles of the tests.
`;
}

if (process.argv.includes('--write')) writeFileSync(pagePath, renderPage());
