/** The slots of a cluster over time as a picture: areas for what there is, a line for what jobs ask for. */

export interface Sample {
  readonly seconds: number;
  /** By jobs. */
  readonly asked: number;
  readonly working: number;
  readonly free: number;
  /** Of TaskManagers that are not registered yet. */
  readonly starting: number;
}

const WIDTH = 860;
const HEIGHT = 300;
const LEFT = 46;
const TOP = 44;
const BOTTOM = 40;

/** From the bottom up. */
const layers = [
  { name: 'working', colour: '#3b7dd8' },
  { name: 'free', colour: '#9cc3f0' },
  { name: 'starting', colour: '#f0b429' },
] as const;

export function drawSlots(samples: readonly Sample[], hourSeconds: number): string {
  const longest = 24 * hourSeconds;
  const highest = Math.max(1, ...samples.map((sample) => Math.max(sample.asked, heightOf(sample, layers.length))));
  const x = (seconds: number): number => round(LEFT + (seconds / longest) * (WIDTH - LEFT - 12));
  const y = (slots: number): number => round(HEIGHT - BOTTOM - (slots / highest) * (HEIGHT - TOP - BOTTOM));
  const areas = layers.map(({ colour }, index) => {
    const above = steps(samples, (sample) => heightOf(sample, index + 1), x, y);
    const below = steps(samples, (sample) => heightOf(sample, index), x, y).toReversed();
    return `<polygon fill="${colour}" points="${[...above, ...below].join(' ')}"/>`;
  });
  const asked = steps(samples, (sample) => sample.asked, x, y).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">`,
    '<title>Slots of an elastic cluster over a day and a night</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...Array.from({ length: highest + 1 }, (_, slots) => scaleLine(slots, y(slots))),
    ...areas,
    `<polyline fill="none" stroke="#222" stroke-width="1.5" points="${asked}"/>`,
    ...Array.from({ length: 9 }, (_, index) => hourMark(3 * index, x(3 * index * hourSeconds))),
    ...legend(),
    `<text x="${WIDTH - 12}" y="${HEIGHT - 6}" text-anchor="end" fill="#555">one hour is ${hourSeconds} s</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function heightOf(sample: Sample, count: number): number {
  return layers.slice(0, count).reduce((sum, { name }) => sum + sample[name], 0);
}

/** What was seen holds until the next look. */
function steps(
  samples: readonly Sample[],
  of: (sample: Sample) => number,
  x: (seconds: number) => number,
  y: (slots: number) => number,
): string[] {
  return samples.flatMap((sample, index) => {
    const until = samples[index + 1]?.seconds ?? sample.seconds;
    return [`${x(sample.seconds)},${y(of(sample))}`, `${x(until)},${y(of(sample))}`];
  });
}

function scaleLine(slots: number, at: number): string {
  return `<line x1="${LEFT}" x2="${WIDTH - 12}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end" fill="#555">${slots}</text>`;
}

function hourMark(hour: number, at: number): string {
  return `<text x="${at}" y="${HEIGHT - BOTTOM + 16}" text-anchor="${hour === 24 ? 'end' : 'middle'}" fill="#555">${hour}:00</text>`;
}

function legend(): string[] {
  const entries = [
    ...layers.map(({ name, colour }) => ({ name, colour })),
    { name: 'asked for by jobs', colour: '#222' },
  ];
  return entries.map(
    ({ name, colour }, index) =>
      `<rect x="${LEFT + 140 * index}" y="14" width="12" height="12" fill="${colour}"/><text x="${LEFT + 18 + 140 * index}" y="24">${name}</text>`,
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
