/** The text of a server-sent stream, cut into events; what is not whole yet is the rest. */
import type { FactView } from '../../api/views.ts';

export interface StreamedEvent {
  readonly id: string;
  readonly fact?: FactView;
}

export function parseEvents(text: string): { readonly events: readonly StreamedEvent[]; readonly rest: string } {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  return { events: blocks.flatMap(parseEvent), rest };
}

function parseEvent(block: string): StreamedEvent[] {
  let id = '';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  if (id === '') return [];
  return [data === '' ? { id } : { id, fact: JSON.parse(data) as FactView }];
}
