/** Tables for people: columns as wide as their content, nothing cut, no dependency. */

export type Cell = string | number | boolean | undefined;

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Cell;
}

export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => asText(of(row))))];
  const widths = columns.map((_column, index) => Math.max(...lines.map((cells) => width(cells[index] ?? ''))));
  return lines
    .map((cells) =>
      cells
        .map((cell, index) => pad(cell, widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One thing, a line for each of its fields; those without a value are left out. */
export function renderFields(fields: readonly (readonly [name: string, value: Cell])[]): string {
  const present = fields.filter(([, value]) => value !== undefined && value !== '');
  const widest = Math.max(...present.map(([name]) => width(name)));
  return present.map(([name, value]) => `${pad(name, widest)}  ${asText(value)}`).join('\n');
}

/** `2026-01-02T03:04:05.000Z` as `2026-01-02 03:04:05`, which is UTC. */
export function shortInstant(instant: string | undefined): string | undefined {
  return instant?.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
}

/** Names and messages come from elsewhere: what a terminal would take for a command becomes visible. */
export function asText(cell: Cell): string {
  if (cell === undefined || cell === '') return '-';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return String(cell).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

function width(text: string): number {
  return [...text].length;
}

function pad(text: string, to: number): string {
  return text + ' '.repeat(to - width(text));
}
