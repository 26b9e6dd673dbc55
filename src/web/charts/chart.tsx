/** A curve over time, drawn by uPlot in the colours of the page; what the pointer is at stands in the legend. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { UtilisationColumns } from '../../api/views.ts';
import { type Curve, inWords, stacked, type Values, withGaps } from './series.ts';

interface ChartProps {
  readonly title: string;
  readonly columns: UtilisationColumns;
  readonly curves: readonly Curve[];
  readonly stack?: boolean;
  /** Between the lines of the scale: powers of two for memory. */
  readonly steps: readonly number[];
  readonly words: (value: number) => string;
}

const heightPx = 150;

export function Chart({ title, columns, curves, stack = false, steps, words }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [pointed, point] = useState<number>();
  const [times, ...values] = withGaps(columns, curves);
  const drawn = stack ? stacked(values) : values;
  const data = [times, ...drawn] as unknown as uPlot.AlignedData;
  const plot = useRef<uPlot>(undefined);
  const theme = useTheme();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    plot.current = new uPlot(optionsOf(element, curves, { stack, steps, words, point }), data, element);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: heightPx }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
    // The data comes in below; colours are read anew when the system turns dark or light.
  }, [theme]);
  useEffect(() => plot.current?.setData(data), [columns]);
  const at = pointed ?? lastKnown(values);
  return (
    <section class="chart" aria-label={title}>
      <h3>{title}</h3>
      <ul class="legend-row">
        {curves.map(({ title: name, colour }, index) => (
          <li key={name}>
            <span class="square" style={{ background: `var(${colour})` }} aria-hidden="true" /> {name}{' '}
            <strong>{said(values[index]?.[at] ?? null, words)}</strong>
          </li>
        ))}
      </ul>
      <div ref={place} class="plot" role="img" aria-label={inWords(title, curves, values, words)} />
    </section>
  );
}

function said(value: number | null, words: (value: number) => string): string {
  return value === null ? '–' : words(value);
}

function lastKnown([first = []]: readonly Values[]): number {
  return Math.max(0, first.length - 1);
}

interface Drawing {
  readonly stack: boolean;
  readonly steps: readonly number[];
  readonly words: (value: number) => string;
  readonly point: (index: number | undefined) => void;
}

function optionsOf(element: HTMLElement, curves: readonly Curve[], drawing: Drawing): uPlot.Options {
  const { stack, point } = drawing;
  const series = curves.map((curve) => ({
    label: curve.title,
    stroke: colourOf(element, curve.colour),
    width: 1.5,
    points: { show: false },
    ...((stack || curve.filled) && { fill: colourOf(element, curve.colour, stack ? 0.75 : 0.2) }),
  }));
  return {
    width: element.clientWidth,
    height: heightPx,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: axesOf(element, drawing),
    series: [{}, ...series],
    // What is stacked is filled down to the curve below it.
    ...(stack && {
      bands: curves.slice(1).map((_curve, index) => ({ series: [index + 2, index + 1] as [number, number] })),
    }),
    hooks: { setCursor: [({ cursor: { idx } }) => point(idx ?? undefined)] },
  };
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

function axesOf(element: HTMLElement, { steps, words }: Drawing): uPlot.Axis[] {
  const axis: uPlot.Axis = {
    font: `11px ${getComputedStyle(element).fontFamily}`,
    stroke: colourOf(element, '--quiet'),
    grid: { stroke: colourOf(element, '--line'), width: 1 },
    ticks: { show: false },
  };
  return [
    { ...axis, size: 24, gap: 6, space: 60, values: (_plot, times) => times.map((time) => clock.format(time * 1000)) },
    { ...axis, size: 58, gap: 6, space: 34, incrs: [...steps], values: (_plot, splits) => splits.map(words) },
  ];
}

/** A colour of the style sheet as it is at this moment, light or dark: a canvas knows no variables. */
function colourOf(element: HTMLElement, name: string, alpha = 1): string {
  const before = element.style.color;
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = before;
  return color.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}

/** Changes when the system turns dark or light. */
function useTheme(): boolean {
  const query = '(prefers-color-scheme: dark)';
  const [dark, setDark] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = () => setDark(list.matches);
    list.addEventListener('change', change);
    return () => list.removeEventListener('change', change);
  }, []);
  return dark;
}
