/** How the scheduler speaks to Mesos masters: by TLS or not, and as whom. Secrets come from files (or DC/OS's variable), never from arguments. */
import { readFile } from 'node:fs/promises';
import { Problem } from '../lib/problem.ts';
import { basicAuthentication } from '../mesos-api-client/authentication.ts';
import type { TlsOptions } from '../mesos-api-client/connection.ts';
import type { SchedulerClientOptions } from '../mesos-api-client/scheduler-client.ts';
import {
  parseServiceAccount,
  type ServiceAccount,
  serviceAccountAuthentication,
} from '../mesos-api-client/service-account.ts';

export interface MesosClientSettings {
  readonly principal?: string;
  readonly secretFile?: string;
  /** The secret itself, where somebody puts it into the environment. */
  readonly plainSecret?: string;
  readonly mesosTls?: boolean;
  readonly mesosCa?: string;
  readonly mesosCert?: string;
  readonly mesosKey?: string;
  readonly mesosServerName?: string;
  readonly mesosServiceAccount?: string;
  /** Where DC/OS puts the secret of a service: the JSON itself, or the path of a file with it. */
  readonly dcosCredential?: string;
}

export interface MesosClient {
  readonly options: SchedulerClientOptions;
  /** Whom masters will take us for: the framework must name the same. */
  readonly principal?: string;
}

export const dcosVariable = 'DCOS_SERVICE_ACCOUNT_CREDENTIAL';
/** As old packages gave it; a file is better. */
export const secretVariable = 'FLINK_MESOS_SECRET';

export async function readMesosClient(settings: MesosClientSettings): Promise<MesosClient> {
  const tls = await readTls(settings);
  const transport = tls === undefined ? {} : { tls };
  const account = await readServiceAccount(settings);
  const secret = (await readSecretFile(settings.secretFile, '--secret-file')) ?? settings.plainSecret?.trim();
  const { principal } = settings;
  if (account !== undefined) {
    if (secret !== undefined) throw new Problem('USAGE', 'give --secret-file or --mesos-service-account, not both');
    const authentication = serviceAccountAuthentication({ account, ...transport });
    return { options: { ...transport, authentication }, principal: principal ?? account.uid };
  }
  if (secret !== undefined && principal === undefined) {
    throw new Problem('USAGE', '--secret-file needs --principal: whose secret it is');
  }
  return {
    options: {
      ...transport,
      ...(principal === undefined || secret === undefined
        ? {}
        : { authentication: basicAuthentication({ principal, secret }) }),
    },
    ...(principal === undefined ? {} : { principal }),
  };
}

/** A file whose one secret is its text, without what an editor adds around it. */
export async function readSecretFile(file: string | undefined, option: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = (await readText(file, option)).trim();
  if (text === '') throw new Problem('USAGE', `${option} ${file}: the file is empty`);
  return text;
}

async function readTls(settings: MesosClientSettings): Promise<TlsOptions | undefined> {
  const { mesosTls, mesosCa, mesosCert, mesosKey, mesosServerName } = settings;
  if ((mesosCert === undefined) !== (mesosKey === undefined)) {
    throw new Problem('USAGE', 'give --mesos-cert and --mesos-key together');
  }
  const parts: readonly (readonly ['ca' | 'cert' | 'key' | 'serverName', string | undefined])[] = [
    ['ca', await readPem(mesosCa, '--mesos-ca', 'CERTIFICATE')],
    ['cert', await readPem(mesosCert, '--mesos-cert', 'CERTIFICATE')],
    ['key', await readPem(mesosKey, '--mesos-key', 'PRIVATE KEY')],
    ['serverName', mesosServerName],
  ];
  const given = parts.filter(([, value]) => value !== undefined);
  return given.length === 0 && mesosTls !== true ? undefined : Object.fromEntries(given);
}

export async function readPem(file: string | undefined, option: string, what: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readText(file, option);
  if (!new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(text)) {
    throw new Problem('USAGE', `${option} ${file}: it holds no ${what} in PEM`);
  }
  return text;
}

async function readServiceAccount({
  mesosServiceAccount: file,
  dcosCredential,
}: MesosClientSettings): Promise<ServiceAccount | undefined> {
  const given = file ?? dcosCredential?.trim();
  if (given === undefined || given === '') return undefined;
  const isSecret = file === undefined && given.startsWith('{');
  const origin = file === undefined ? dcosVariable : `--mesos-service-account ${file}`;
  const text = isSecret ? given : await readText(given, file === undefined ? dcosVariable : '--mesos-service-account');
  try {
    return parseServiceAccount(text);
  } catch (error) {
    throw new Problem('USAGE', `${origin}: ${(error as Error).message}`);
  }
}

async function readText(file: string, option: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Problem('USAGE', `${option} ${file}: ${error.code ?? 'it cannot be read'}`);
  });
}
