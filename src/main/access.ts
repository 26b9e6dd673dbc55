/** Whom the API lets in, from what the scheduler is told. */
import { type AccessRules, type ApiToken, parseTokens } from '../api/access/rules.ts';
import { Problem } from '../lib/problem.ts';
import { readSecretFile } from './mesos-client.ts';

export interface AccessSettings {
  readonly tokenFile?: string;
  readonly readTokenFile?: string;
}

/** Undefined where nobody has to name himself: then only this machine may ask. */
export async function readAccess({ tokenFile, readTokenFile }: AccessSettings): Promise<AccessRules | undefined> {
  const acting = await readSecretFile(tokenFile, '--token-file');
  const reading = await readSecretFile(readTokenFile, '--read-token-file');
  if (acting === undefined && reading === undefined) return undefined;
  if (acting === undefined)
    throw new Problem('USAGE', '--read-token-file needs --token-file: somebody must be able to act');
  const tokens = [
    ...parseTokens(acting, 'act', '--token-file'),
    ...(reading === undefined ? [] : parseTokens(reading, 'read', '--read-token-file')),
  ];
  refuseDoubles(tokens);
  return { tokens };
}

/** One token with two roles or names: whoever wrote the files meant something else. */
function refuseDoubles(tokens: readonly ApiToken[]): void {
  const values = new Set(tokens.map(({ token }) => token));
  if (values.size < tokens.length)
    throw new Problem('USAGE', 'a token stands twice in --token-file and --read-token-file');
}
