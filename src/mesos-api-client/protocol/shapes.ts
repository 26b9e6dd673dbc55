/**
 * What a message must have for anybody to work with it: the members that its .proto requires, and the kinds of those that
 * are calculated with. Everything else passes as it is, names of enums that we do not know included. A check answers
 * where the message is wrong, or undefined.
 */

export type Shape = (value: unknown) => string | undefined;

export const text: Shape = (value) => (typeof value === 'string' ? undefined : '');
export const number: Shape = (value) => (typeof value === 'number' ? undefined : '');
export const int64: Shape = (value) => (typeof value === 'number' || typeof value === 'bigint' ? undefined : '');

/** Absent, or as it should be. Masters write no null; protobuf reads it as absent. */
export function optional(shape: Shape): Shape {
  return (value) => (value === undefined || value === null ? undefined : shape(value));
}

/** A repeated member: absent is empty. */
export function list(shape: Shape): Shape {
  return (value) => {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return '';
    for (let index = 0; index < value.length; index += 1) {
      const wrong = shape(value[index]);
      if (wrong !== undefined) return `[${index}]${wrong}`;
    }
    return undefined;
  };
}

export function object(members: Readonly<Record<string, Shape>>): Shape {
  const names = Object.keys(members);
  const shapes = Object.values(members);
  return (value) => {
    if (!isRecord(value)) return '';
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      const wrong = shapes[index]?.(value[name]);
      if (wrong !== undefined) return `.${name}${wrong}`;
    }
    return undefined;
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
