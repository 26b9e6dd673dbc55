/** How what is held of Mesos is used, over the last hour or day: cpus, memory, slots. */
import { useState } from 'preact/hooks';
import type { UtilisationColumns, UtilisationWindow } from '../../api/views.ts';
import { useLive } from '../data/session.ts';
import { Card, Empty, Failure } from '../parts/basics.tsx';
import { cpus, memory, number } from '../words.ts';
import { Chart } from './chart.tsx';
import type { Curve } from './series.ts';

const cpuCurves: readonly Curve[] = [
  { title: 'held', field: 'cpus', colour: '--idle-fill', filled: true },
  { title: 'used by TaskManagers', field: 'cpusUsed', colour: '--busy-fill', filled: true },
];
const memoryCurves: readonly Curve[] = [
  { title: 'held', field: 'memMiB', colour: '--idle-fill', filled: true },
  { title: 'used by TaskManagers', field: 'memUsedMiB', colour: '--busy-fill', filled: true },
];
const slotCurves: readonly Curve[] = [
  { title: 'in use', field: 'slotsUsed', colour: '--good-fill' },
  { title: 'free', field: 'slotsFree', colour: '--idle-fill' },
  { title: 'starting', field: 'slotsStarting', colour: '--busy-fill' },
  { title: 'asked for', field: 'slotsAsked', colour: '--warn-fill' },
];

/** Of MiB, up to a PiB; of everything else, up to a million. */
const twos = Array.from({ length: 31 }, (_, power) => 2 ** power);
const tens = Array.from({ length: 6 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

const windows: readonly { readonly value: UtilisationWindow; readonly title: string }[] = [
  { value: 'hour', title: 'Last hour' },
  { value: 'day', title: 'Last day' },
];

export function UtilisationCard() {
  const [window, choose] = useState<UtilisationWindow>('hour');
  const { value: columns, failure } = useLive<UtilisationColumns>(`v1/utilisation?window=${window}`);
  const side = (
    <span class="chips">
      {windows.map(({ value, title }) => (
        <button key={value} type="button" class="chip" aria-pressed={value === window} onClick={() => choose(value)}>
          {title}
        </button>
      ))}
    </span>
  );
  return (
    <Card title="What is held, and used" side={side}>
      {columns === undefined ? (
        failure === undefined ? (
          <Empty>Loading…</Empty>
        ) : (
          <Failure failure={failure} />
        )
      ) : (
        <div class="charts">
          <Chart title="CPUs" columns={columns} curves={cpuCurves} steps={tens} words={cpus} />
          <Chart title="Memory" columns={columns} curves={memoryCurves} steps={twos} words={memory} />
          <Chart title="Slots" columns={columns} curves={slotCurves} steps={tens} words={number} stack />
        </div>
      )}
    </Card>
  );
}
