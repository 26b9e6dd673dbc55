/**
 * Through DC/OS: the command line of DC/OS tells its plugins by environment which cluster it is attached to and with what
 * token (dcos-cli 1.2.0, pkg/cmd/dcos.go, pluginEnv). The service answers below /service/NAME of that address.
 */
import type { Command } from 'commander';
import { Problem } from '../../lib/problem.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { type Door, type DoorOptions, readOption } from '../door.ts';
import type { HttpConnection } from '../http.ts';
import type { ClientIo } from '../io.ts';

export interface DcosAddress {
  /** Of the cluster, without a slash at its end. */
  readonly url: string;
  readonly authorization?: string;
  readonly connection?: HttpConnection;
}

/** `--name` may stand before the command too, as the plugins of DC/OS' own services have it. */
export function dcosDoor(program: Command): Door {
  addName(program);
  return {
    addOptions: addName,
    open: (options, io) => openService(serviceName({ ...program.opts<DoorOptions>(), ...options }, io), io),
  };
}

function addName(command: Command): void {
  command.option('--name <service>', 'name of the service (default: flink, or flink.service_name of dcos config)');
}

/** As DC/OS has it: the option, `dcos config set flink.service_name`, the name of the package. Slashes are of the name. */
export function serviceName({ name }: DoorOptions, { environment }: ClientIo): string {
  const given = (name ?? (environment.DCOS_FLINK_SERVICE_NAME || 'flink')).replace(/^\/+|\/+$/g, '');
  if (/^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/.test(given)) return given;
  throw new Problem('USAGE', `--name ${given}: a service is named like flink or prod/flink`);
}

export function openCluster({ environment }: ClientIo): DcosAddress {
  const { DCOS_URL, DCOS_ACS_TOKEN, DCOS_TLS_INSECURE, DCOS_TLS_CA_PATH } = environment;
  if (!DCOS_URL) {
    throw new Problem('USAGE', 'no DC/OS cluster is attached', {
      advice: 'attach one: dcos cluster setup URL, or dcos cluster attach NAME; and call this as dcos flink',
    });
  }
  const connection = connectionBy(DCOS_TLS_INSECURE, DCOS_TLS_CA_PATH);
  return {
    url: DCOS_URL.replace(/\/+$/, ''),
    ...(DCOS_ACS_TOKEN && { authorization: `token=${DCOS_ACS_TOKEN}` }),
    ...(connection && { connection }),
  };
}

function connectionBy(insecure: string | undefined, caPath: string | undefined): HttpConnection | undefined {
  if (insecure) return { rejectUnauthorized: false };
  return caPath ? { ca: readOption('DCOS_TLS_CA_PATH', caPath) } : undefined;
}

function openService(name: string, io: ClientIo): ApiClient {
  const cluster = openCluster(io);
  return createApiClient({
    ...cluster,
    url: `${cluster.url}/service/${name}`,
    explain: (status) => explain(status, name, cluster.url),
  });
}

/** What Admin Router means, which answers in HTML where it does not pass a request on. */
export function explain(status: number, name: string, url: string): Problem | undefined {
  switch (status) {
    case 401:
      return new Problem('UNAUTHORIZED', `DC/OS at ${url} does not know who you are`, { advice: 'dcos auth login' });
    case 403:
      return new Problem('UNAUTHORIZED', `DC/OS at ${url} does not let you use the service ${name}`, {
        advice: `ask for the permission dcos:adminrouter:service:${name} full, or log in as somebody else: dcos auth login`,
      });
    case 404:
      return new Problem('NOT_FOUND', `there is no service ${name} at ${url}, or it does not run yet`, {
        advice:
          'name another one with --name (or dcos config set flink.service_name), or install it: dcos package install flink',
      });
    case 502:
    case 503:
    case 504:
      return new Problem('NOT_READY', `DC/OS at ${url} has no answer from the service ${name} (HTTP ${status})`, {
        advice: `it starts or has just ended: try again, and look at its log: dcos service log ${name}`,
      });
    default:
      return undefined;
  }
}
