/** Where a savepoint goes and in which form; both have defaults. */
import { Choice, TextField } from '../parts/form.tsx';
import { given, text } from './read-form.ts';

export const noWish = { directory: '', format: '' };
export type SavepointFields = typeof noWish;

interface Props {
  readonly wish: SavepointFields;
  readonly change: (wish: SavepointFields) => void;
}

const formats = [
  { value: '', title: 'Canonical: any state backend can read it' },
  { value: 'NATIVE', title: 'Native: faster, of this state backend' },
];

export function SavepointWish({ wish, change }: Props) {
  return (
    <details>
      <summary>Where to, and in which form</summary>
      <TextField
        label="Directory"
        placeholder="the savepoints of this cluster"
        value={wish.directory}
        change={(directory) => change({ ...wish, directory })}
      />
      <Choice label="Form" value={wish.format} change={(format) => change({ ...wish, format })} choices={formats} />
    </details>
  );
}

export function readWish({ directory, format }: SavepointFields): object {
  return given({ directory: text(directory), format: text(format) }) ?? {};
}
