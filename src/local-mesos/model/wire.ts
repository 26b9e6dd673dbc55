/**
 * JSON to messages as the parser of a Mesos master does it (stout's JSON to protobuf): field by field by a description.
 * Unknown fields are ignored, null is unset, numbers and booleans may be strings, unknown enum texts are dropped, wrong
 * kinds and missing required fields are errors with the sentences that a real master answers.
 */
/** 'json' is kept as it came: parts that the embedded master only passes on. */
type ScalarType = 'string' | 'double' | 'int' | 'bool' | 'bytes' | 'json';

export type FieldType =
  | ScalarType
  | { readonly oneOf: readonly string[] }
  | { readonly repeated: FieldType }
  | { readonly map: FieldType }
  | { readonly required: FieldType }
  | { readonly fields: Message };

export interface Message {
  readonly [field: string]: FieldType;
}

export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Protobuf's own limit of nesting. Deeper text is refused before it is parsed. */
const maxDepth = 100;

export function decodeMessage(message: Message, text: string, name: string): Record<string, unknown> {
  return decodeValue(message, parseBounded(text), name);
}

export function decodeValue(message: Message, value: unknown, name: string): Record<string, unknown> {
  if (!isObject(value)) {
    throw new WireError(`Failed to convert JSON into ${name} protobuf: Expecting a JSON object`);
  }
  const missing: string[] = [];
  try {
    const decoded = decodeFields(message, value, '', missing);
    if (missing.length > 0) {
      throw new WireError(`Missing required fields: ${missing.join(', ')}`);
    }
    return decoded;
  } catch (error) {
    throw error instanceof WireError
      ? new WireError(`Failed to convert JSON into ${name} protobuf: ${error.message}`)
      : error;
  }
}

export function parseBounded(text: string): unknown {
  if (depthOf(text) > maxDepth) {
    throw new WireError(`Failed to parse body into JSON: nested deeper than ${maxDepth} levels`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WireError(`Failed to parse body into JSON: ${(error as Error).message}`);
  }
}

/** How deep brackets nest outside of strings; a scan, because a parser's stack is what is to be protected. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === '\\') {
        index += 1;
      } else if (character === '"') {
        inString = false;
      }
    } else if (character === '"') {
      inString = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === '}' || character === ']') {
      depth -= 1;
    }
  }
  return deepest;
}

function decodeFields(message: Message, from: Record<string, unknown>, path: string, missing: string[]) {
  const decoded: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(message)) {
    const fieldPath = path === '' ? name : `${path}.${name}`;
    const given = Object.hasOwn(from, name) ? from[name] : undefined;
    const value = given === undefined || given === null ? undefined : decode(type, given, name, fieldPath, missing);
    if (value !== undefined) {
      decoded[name] = value;
    } else if (typeof type === 'object' && 'required' in type) {
      missing.push(fieldPath);
    }
  }
  return decoded;
}

function decode(type: FieldType, value: unknown, name: string, path: string, missing: string[]): unknown {
  if (typeof type === 'string') {
    return decodeScalar(type, value, name);
  }
  if ('required' in type) {
    return decode(type.required, value, name, path, missing);
  }
  if ('oneOf' in type) {
    return type.oneOf.includes(expect(value, 'string', name) as string) ? value : undefined;
  }
  if ('repeated' in type) {
    return (expect(value, 'array', name) as unknown[]).map((item, index) =>
      decode(type.repeated, item, name, `${path}[${index}]`, missing),
    );
  }
  const object = expect(value, 'object', name) as Record<string, unknown>;
  if ('fields' in type) {
    return decodeFields(type.fields, object, path, missing);
  }
  return Object.fromEntries(
    Object.entries(object).map(([key, item], index) => [
      key,
      decode(type.map, item, name, `${path}[${index}].value`, missing),
    ]),
  );
}

function decodeScalar(type: ScalarType, value: unknown, name: string): unknown {
  switch (type) {
    case 'json':
      return value;
    case 'string':
      return expect(value, 'string', name);
    case 'bytes':
      return decodeBytes(expect(value, 'string', name) as string, name);
    case 'bool':
      return value === 'true' || value === 'false' ? value === 'true' : expect(value, 'boolean', name);
    case 'int':
    case 'double':
      return decodeNumber(value, name, type);
  }
}

function decodeNumber(value: unknown, name: string, type: 'int' | 'double'): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number) || (type === 'int' && !Number.isInteger(number))) {
    throw new WireError(
      typeof value === 'string' || typeof value === 'number'
        ? `Failed to parse '${value}' as a JSON number for field '${name}'`
        : `Not expecting a JSON ${kindOf(value)} for field '${name}'`,
    );
  }
  return number;
}

function decodeBytes(text: string, name: string): string {
  const bad = /[^A-Za-z0-9+/=\s]/u.exec(text);
  if (bad) {
    throw new WireError(`Failed to base64 decode bytes field '${name}': Invalid character '${bad[0]}'`);
  }
  return text;
}

function expect(value: unknown, kind: string, name: string): unknown {
  if (kindOf(value) !== kind) {
    throw new WireError(`Not expecting a JSON ${kindOf(value)} for field '${name}'`);
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  return Array.isArray(value) ? 'array' : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return kindOf(value) === 'object';
}
