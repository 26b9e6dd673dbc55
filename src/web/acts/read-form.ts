/** What was typed, as the API takes it. What is empty is left out: the scheduler fills in its defaults. */
import { RequestFailed } from '../data/api-client.ts';

export function figure(label: string, text: string): number | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new RequestFailed('FORM', `${label} must be a number, not "${text}"`, 'correct it and try again');
}

/** Lines of `name: value` or `name=value`. */
export function settings(label: string, text: string): Record<string, string> | undefined {
  const entries = text.split('\n').flatMap((line): [string, string][] => {
    if (line.trim() === '' || line.trim().startsWith('#')) return [];
    const match = /^\s*([^:=\s]+)\s*[:=]\s*(.*?)\s*$/.exec(line);
    if (match === null) {
      throw new RequestFailed(
        'FORM',
        `${label}: "${line.trim()}" is no line of the form name: value`,
        'correct it and try again',
      );
    }
    return [[match[1] ?? '', match[2] ?? '']];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function lines(text: string): string[] | undefined {
  const found = text.split('\n').filter((line) => line !== '');
  return found.length === 0 ? undefined : found;
}

/** Without the fields that are undefined, and undefined itself when none is left. */
export function given<T extends Record<string, unknown>>(fields: T): Partial<T> | undefined {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<T>);
}

export function text(value: string): string | undefined {
  return value.trim() === '' ? undefined : value.trim();
}
