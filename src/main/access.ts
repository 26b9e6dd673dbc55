/** Whom the API lets in, from what the scheduler is told. */
import { Agent, request } from 'undici';
import { admittedPath, createAdminRouterJudge } from '../api/access/admin-router.ts';
import { type AccessRules, type ApiToken, parseTokens } from '../api/access/rules.ts';
import { Problem } from '../lib/problem.ts';
import { readPem, readSecretFile } from './mesos-client.ts';

export interface AccessSettings {
  readonly tokenFile?: string;
  readonly readTokenFile?: string;
  /** Of the DC/OS cluster: tokens that its Admin Router lets through to this service count. */
  readonly dcosUrl?: string;
  readonly dcosCa?: string;
  /** In Admin Router; default: the framework's name. */
  readonly dcosService?: string;
  /** Users of DC/OS who may act, others may look; default: all whom Admin Router lets through. */
  readonly dcosActors?: string;
}

/** Undefined where nobody has to name himself: then only this machine may ask. */
export async function readAccess(
  settings: AccessSettings & { readonly frameworkName: string },
): Promise<AccessRules | undefined> {
  const acting = await readSecretFile(settings.tokenFile, '--token-file');
  const reading = await readSecretFile(settings.readTokenFile, '--read-token-file');
  const elsewhere = await readAdminRouter(settings);
  if (acting === undefined && reading === undefined && elsewhere === undefined) return undefined;
  if (acting === undefined && elsewhere === undefined) {
    throw new Problem('USAGE', '--read-token-file needs --token-file: somebody must be able to act');
  }
  const tokens = [
    ...(acting === undefined ? [] : parseTokens(acting, 'act', '--token-file')),
    ...(reading === undefined ? [] : parseTokens(reading, 'read', '--read-token-file')),
  ];
  refuseDoubles(tokens);
  return { tokens, ...(elsewhere !== undefined && { elsewhere }) };
}

/** One token with two roles or names: whoever wrote the files meant something else. */
function refuseDoubles(tokens: readonly ApiToken[]): void {
  const values = new Set(tokens.map(({ token }) => token));
  if (values.size < tokens.length)
    throw new Problem('USAGE', 'a token stands twice in --token-file and --read-token-file');
}

const ASK_WITHIN_MS = 5_000;

async function readAdminRouter(
  settings: AccessSettings & { readonly frameworkName: string },
): Promise<AccessRules['elsewhere']> {
  const { dcosUrl, dcosService, dcosActors, frameworkName } = settings;
  if (dcosUrl === undefined) return undefined;
  if (!URL.canParse(dcosUrl) || !/^https?:$/.test(new URL(dcosUrl).protocol)) {
    throw new Problem('USAGE', `--dcos-url ${dcosUrl}: expected an address like https://master.mesos`);
  }
  const ca = await readPem(settings.dcosCa, '--dcos-ca', 'CERTIFICATE');
  const dispatcher = new Agent({
    connections: 8,
    connect: { timeout: ASK_WITHIN_MS, ...(ca !== undefined && { ca }) },
  });
  const service = (dcosService ?? frameworkName).replace(/^\/+|\/+$/g, '');
  const url = `${dcosUrl.replace(/\/+$/, '')}/service/${service}${admittedPath}`;
  return createAdminRouterJudge({
    ask: async (token) => {
      const headers = token === undefined ? {} : { authorization: `token=${token}` };
      const signal = AbortSignal.timeout(ASK_WITHIN_MS);
      const { statusCode, body } = await request(url, { dispatcher, headers, signal });
      await body.dump();
      return statusCode;
    },
    ...(dcosActors !== undefined && { actors: dcosActors.split(',').map((uid) => uid.trim()) }),
  });
}
