/** Flink's way to write and to multiply amounts of memory (org.apache.flink.configuration.MemorySize), to the byte. */

export const MEBIBYTE = 1024 * 1024;

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  bytes: 1,
  k: 1024,
  kb: 1024,
  kibibytes: 1024,
  m: MEBIBYTE,
  mb: MEBIBYTE,
  mebibytes: MEBIBYTE,
  g: 1024 * MEBIBYTE,
  gb: 1024 * MEBIBYTE,
  gibibytes: 1024 * MEBIBYTE,
  t: 1024 * 1024 * MEBIBYTE,
  tb: 1024 * 1024 * MEBIBYTE,
  tebibytes: 1024 * 1024 * MEBIBYTE,
};

/** "128m", "1 gb", "1024": a whole number and perhaps a unit. Undefined for what Flink would refuse. */
export function parseMemorySize(text: string): number | undefined {
  const match = /^(\d+)\s*([a-z]*)$/.exec(text.trim().toLowerCase());
  const unit = unitBytes[match?.[2] ?? '?'];
  if (match?.[1] === undefined || unit === undefined) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/**
 * Fractions are floats in Flink: 0.1 is 0.10000000149011612 there, and the product is cut, not rounded. BigInt, because
 * BigDecimal is exact where a double is not.
 */
export function multiplyByFloat(bytes: number, fraction: number): number {
  const [whole = '0', decimals = ''] = toPlainDigits(Math.fround(fraction)).split('.');
  const scaled = BigInt(bytes) * BigInt(`${whole}${decimals}`);
  return Number(scaled / 10n ** BigInt(decimals.length));
}

export function inMebibytes(bytes: number): string {
  return `${Math.round((bytes / MEBIBYTE) * 10) / 10} MiB`;
}

/** Never in the form 1e-7. */
function toPlainDigits(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20) : text;
}
