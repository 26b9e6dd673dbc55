/** The secrets of an app as Mesos gets them: in variables, and as files of its container. */
import type { MarathonApp } from '../../../marathon/app.ts';
import type { EnvironmentVariable, Secret, TaskInfo } from '../../../src/mesos-api-client/protocol/mesos.ts';

/** Content by path. */
export type SecretStore = ReadonlyMap<string, string | Uint8Array>;

export function secretVariables(app: MarathonApp, store: SecretStore): EnvironmentVariable[] {
  return Object.entries(app.env ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [{ name, type: 'SECRET', secret: resolved(app, value.secret, store) }],
  );
}

/** A file for each secret that is mounted. */
export function secretFiles(app: MarathonApp, store: SecretStore): Pick<TaskInfo, 'container'> {
  const volumes = (app.container?.volumes ?? []).flatMap(({ containerPath, secret }) =>
    secret === undefined
      ? []
      : [
          {
            mode: 'RO' as const,
            container_path: containerPath,
            source: { type: 'SECRET' as const, secret: resolved(app, secret, store) },
          },
        ],
  );
  return volumes.length === 0 ? {} : { container: { type: 'MESOS', volumes } };
}

/** Marathon sends a reference, which a module of DC/OS' agents looks up; here it has been looked up already. */
function resolved({ secrets }: MarathonApp, name: string, store: SecretStore): Secret {
  const content = store.get(secrets?.[name]?.source ?? '');
  if (content === undefined) throw new Error(`the secret ${name} is not in the store`);
  return { type: 'VALUE', value: { data: Buffer.from(content).toString('base64') } };
}
