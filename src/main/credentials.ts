/** The file of `local-mesos --credentials`, in the form that a Mesos master takes: {"credentials": [{"principal", "secret"}]}. */
import { readFileSync } from 'node:fs';
import { Problem } from '../lib/problem.ts';
import type { Credential } from '../local-mesos/server/master-authentication.ts';

export function readCredentials(file: string): Credential[] {
  const form = 'expected {"credentials": [{"principal": "…", "secret": "…"}]}';
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // The words of a JSON error may quote the file, and with it a secret.
    const why = error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message;
    throw new Problem('USAGE', `--credentials ${file}: ${why}; ${form}`);
  }
  const list = (content as { credentials?: unknown } | null)?.credentials;
  if (!Array.isArray(list) || list.length === 0 || !list.every(isCredential)) {
    throw new Problem('USAGE', `--credentials ${file}: ${form}`);
  }
  return list.map(({ principal, secret }) => ({ principal, secret }));
}

function isCredential(value: unknown): value is Credential {
  const { principal, secret } = (value ?? {}) as Record<string, unknown>;
  return typeof principal === 'string' && principal !== '' && typeof secret === 'string';
}
