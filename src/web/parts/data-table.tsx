/** A plain table of some tens of rows, which scrolls sideways on small screens. What can grow is a VirtualTable. */
import type { ComponentChildren } from 'preact';

export interface DataColumn<T> {
  readonly title: string;
  /** Said to screen readers alone: of a column of buttons. */
  readonly unseen?: boolean;
  readonly kind?: 'main' | 'acts' | 'figure';
  readonly cell: (item: T) => ComponentChildren;
}

interface DataTableProps<T> {
  readonly columns: readonly DataColumn<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly label?: string;
}

export function DataTable<T>({ columns, items, keyOf, label }: DataTableProps<T>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="scroll-sideways" tabIndex={0} aria-label={label ?? columns[0]?.title ?? ''}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, unseen, kind }) => (
              <th key={title} scope="col" class={kind}>
                {unseen ? <span class="unseen">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map(({ title, kind, cell }) => (
                <td key={title} class={kind}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
