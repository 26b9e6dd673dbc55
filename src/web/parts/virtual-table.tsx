/**
 * A table that draws only the rows in sight: 5,000 tasks cost as much as fifty. It stays a real table for screen
 * readers, which are told of all rows by aria-rowcount; rows above and below are two rows of the right height.
 */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useMeasured } from './use-measured.ts';

export interface Column<T> {
  readonly title: string;
  /** Of the `<col>`: fixed widths keep the table from jumping as rows come and go. */
  readonly width?: string;
  /** On small screens `secondary` columns are left out, on middle ones `tertiary`; `main` takes the room that is left. */
  readonly kind?: 'main' | 'secondary' | 'tertiary';
  readonly cell: (item: T) => ComponentChildren;
}

interface VirtualTableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly rowClass?: (item: T) => string;
}

const rowPx = 38;
const beyond = 12;

export function VirtualTable<T>({ label, columns, items, keyOf, rowClass }: VirtualTableProps<T>) {
  const frame = useRef<HTMLElement>(null);
  const { first, last } = useWindow(frame, items, keyOf);
  const shown = items.slice(first, last);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="scroll" ref={frame} tabIndex={0} aria-label={label}>
      <table class="rows" aria-rowcount={items.length + 1} aria-label={label}>
        <colgroup>
          {columns.map(({ title, width, kind }) => (
            <col key={title} class={kind} style={width === undefined ? {} : { '--width': width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ title, kind }) => (
              <th key={title} scope="col" class={kind}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Gap rows={first} />}
          {shown.map((item, at) => (
            <tr key={keyOf(item)} aria-rowindex={first + at + 2} class={rowClass?.(item)}>
              {columns.map(({ title, kind, cell }) => (
                <td key={title} class={kind}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
          {last < items.length && <Gap rows={items.length - last} />}
        </tbody>
      </table>
    </section>
  );
}

/** One cell: a span over columns that a small screen leaves out would bring them back, empty. */
function Gap({ rows }: { readonly rows: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row cannot be focused; this one only holds the place of others
    <tr aria-hidden="true">
      <td class="gap" style={{ height: `${rows * rowPx}px` }} />
    </tr>
  );
}

/** Which rows are in sight. Rows that come in above leave the ones that are being read where they are. */
function useWindow<T>(
  frame: { readonly current: HTMLElement | null },
  items: readonly T[],
  keyOf: (item: T) => string,
): { readonly first: number; readonly last: number } {
  const [{ top, height }, look] = useState({ top: 0, height: 600 });
  const anchor = useRef<string | undefined>(undefined);
  useMeasured(frame, ({ scrollTop, clientHeight }) => look({ top: scrollTop, height: clientHeight }));
  const at = Math.floor(top / rowPx);
  useLayoutEffect(() => {
    const element = frame.current;
    const key = anchor.current;
    if (element === null || at === 0 || key === undefined) return;
    const now = items.findIndex((item) => keyOf(item) === key);
    if (now >= 0 && now !== at) element.scrollTop += (now - at) * rowPx;
    // Only when the items change: scrolling itself moves the anchor.
  }, [items]);
  useLayoutEffect(() => {
    const item = items[at];
    anchor.current = item === undefined ? undefined : keyOf(item);
  });

  const first = Math.max(0, Math.min(at, items.length) - beyond);
  return { first, last: Math.min(items.length, at + Math.ceil(height / rowPx) + beyond) };
}
