/**
 * Tokens as DC/OS clients and Flink's CLI send them (`Authorization: token=…`) or as everybody else does (`Bearer …`).
 * Both sides are hashed before they are compared, so neither length nor content shows in the time taken.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiToken, Caller } from './rules.ts';

export function tokenIn(authorization: string | undefined): string | undefined {
  return /^(?:token=|bearer )\s*(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

/** Every token is compared, whichever fits. */
export function createTokenBook(tokens: readonly ApiToken[]): (given: string) => Caller | undefined {
  const known = tokens.map(({ name, role, token }) => ({
    caller: { name, role, by: 'token' } as const,
    at: digest(token),
  }));
  return (given) => {
    const expected = digest(given);
    return known.filter(({ at }) => timingSafeEqual(at, expected))[0]?.caller;
  };
}

export function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
