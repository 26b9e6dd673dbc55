/**
 * The API token, as DC/OS clients and Flink's CLI send it (`Authorization: token=…`) or as everybody else does
 * (`Bearer …`). Both sides are hashed before they are compared, so neither length nor content shows in the time taken.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../lib/problem.ts';

export function createTokenCheck(token: string): (authorization: string | undefined) => void {
  const expected = digest(token);
  return (authorization) => {
    const given = tokenIn(authorization);
    if (given === undefined) throw new Problem('UNAUTHORIZED', 'the request carries no API token');
    if (!timingSafeEqual(digest(given), expected))
      throw new Problem('UNAUTHORIZED', 'the API token is not the right one');
  };
}

function tokenIn(authorization: string | undefined): string | undefined {
  return /^(?:token=|bearer )\s*(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
