/** What certificates and key stores are written in: DER (ITU-T X.690). What has no form here is refused, never written wrongly. */

/** Of tags that are one byte. */
export function tagged(tag: number, content: Buffer): Buffer {
  check(Number.isInteger(tag) && tag >= 0 && tag <= 0xff && (tag & 0x1f) !== 0x1f, 'a tag of one byte', tag);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** Their order is the caller's: DER has them sorted. */
export function setOf(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

export function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

export const nothing: Buffer = tagged(0x05, Buffer.alloc(0));

export function integer(value: number): Buffer {
  check(Number.isSafeInteger(value) && value >= 0, 'a whole number from 0 to 2^53 - 1', value);
  const bytes = bytesOf(value);
  return tagged(0x02, Buffer.from((bytes[0] ?? 0) > 0x7f ? [0, ...bytes] : bytes));
}

export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const isOne = /^[0-2](\.\d{1,15})+$/.test(dotted) && (first === 2 || second < 40);
  check(isOne, 'an object identifier', dotted);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

export function utcTime(at: number): Buffer {
  const year = new Date(at).getUTCFullYear();
  check(year >= 1950 && year <= 2049, 'a time from 1950 to 2049', at);
  return tagged(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

/** A distinguished name that is a common name alone. */
export function commonName(name: string): Buffer {
  return sequence(setOf(sequence(objectId('2.5.4.3'), tagged(0x0c, Buffer.from(name)))));
}

/** X.690, 8.1.3: itself below 128, else the number of its bytes and these. */
function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  const bytes = bytesOf(length);
  return [0x80 | bytes.length, ...bytes];
}

/** The highest first. */
function bytesOf(value: number): number[] {
  const bytes = [value & 0xff];
  for (let left = Math.floor(value / 256); left > 0; left = Math.floor(left / 256)) bytes.unshift(left & 0xff);
  return bytes;
}

function base128(number: number): number[] {
  const digits = [number & 0x7f];
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
    digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function check(holds: boolean, what: string, given: unknown): void {
  if (!holds) throw new RangeError(`only ${what} can be written as DER here, not ${JSON.stringify(given)}`);
}
