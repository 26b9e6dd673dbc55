/**
 * DC/OS' package manager as far as we meet it: repositories read with the content types that it demands, packages rendered
 * and given to a Marathon, CLI resources passed on with their length, the options of a service changed, uninstalling by the
 * protocol of dcos-commons (UninstallHandler and ServiceUninstaller of Cosmos). What the Marathon does is the caller's.
 */
import { isDeepStrictEqual } from 'node:util';
import type { MarathonApp } from '../../../../marathon/app.ts';
import type { CatalogPackage, ConfigSchema } from '../../../../universe/package.ts';
import { mergeOptions, type Options, OptionsRefused, renderPackage } from '../../../../universe/render.ts';

export interface CosmosMarathon {
  /** PUT: the app is started, or started anew with another definition. */
  put(app: MarathonApp): Promise<void>;
  remove(appId: string): Promise<void>;
  /** Whether the last PUT has ended: as many instances as wanted, all of them healthy. */
  deployed(appId: string): Promise<boolean>;
  /** Asked through Admin Router as Cosmos does it. */
  ask(appId: string, path: string): Promise<{ readonly status: number; readonly body: unknown }>;
}

export interface Cosmos {
  readonly repositories: readonly string[];
  readonly installed: ReadonlyMap<string, Installed>;
  /** Undefined for a call that is none of Cosmos'. */
  handle(call: string, body: Record<string, unknown>): Promise<CosmosAnswer | undefined>;
}

export interface CosmosAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

interface Installed {
  readonly definition: RepositoryPackage;
  readonly options: Options;
  readonly source: string;
  readonly app: MarathonApp;
}

/** One of the packages of a repository, version 4. */
interface RepositoryPackage {
  readonly name: string;
  readonly version: string;
  readonly packagingVersion: string;
  readonly postUninstallNotes?: string;
  readonly releaseVersion: number;
  readonly config: ConfigSchema;
  readonly resource: CatalogPackage['resource'] & { readonly cli?: unknown };
  readonly marathon: { readonly v2AppMustacheTemplate: string };
}

class CosmosError extends Error {
  readonly type: string;
  readonly data: unknown;

  constructor(type: string, message: string, data: unknown = {}) {
    super(message);
    this.type = type;
    this.data = data;
  }
}

const capabilitiesType = 'application/vnd.dcos.capabilities+json;charset=utf-8;version=v1';

/** `url` is the cluster's: resources of packages are named below it. */
export function createCosmos(url: () => string, marathon: CosmosMarathon): Cosmos {
  const repositories: string[] = [];
  const installed = new Map<string, Installed>();

  const find = async (name: unknown): Promise<{ definition: RepositoryPackage; source: string }> => {
    for (const source of repositories) {
      const definition = (await readRepository(source)).find((each) => each.name === name);
      if (definition !== undefined) return { definition, source };
    }
    throw new CosmosError('PackageNotFound', `Package [${name}] not found`);
  };
  const installedAs = (appId: unknown): Installed => {
    const found = installed.get(String(appId));
    if (found === undefined)
      throw new CosmosError('MarathonAppNotFound', `Unable to locate service with marathon appId: '${appId}'`);
    return found;
  };
  const start = async (definition: RepositoryPackage, source: string, options: Options): Promise<MarathonApp> => {
    const app = render(definition, options, source);
    await marathon.put(app);
    installed.set(slashed(app.id), { definition, options, source, app });
    return app;
  };

  const calls: Readonly<Record<string, (body: Record<string, unknown>) => Promise<CosmosAnswer>>> = {
    async '/package/repository/add'({ name, uri, index }) {
      await readRepository(String(uri));
      repositories.splice(Number(index ?? repositories.length), 0, String(uri));
      return answer('package.repository.add', { repositories: repositories.map((each) => ({ name, uri: each })) });
    },
    async '/package/repository/list'() {
      return answer('package.repository.list', { repositories: repositories.map((uri) => ({ name: 'flink', uri })) });
    },
    async '/capabilities'() {
      return { ...answer('', { capabilities: [{ name: 'PACKAGE_MANAGEMENT' }] }), type: capabilitiesType };
    },
    async '/package/render'({ packageName, options }) {
      const { definition, source } = await find(packageName);
      return answer('package.render', { marathonJson: render(definition, (options ?? {}) as Options, source) });
    },
    async '/package/describe'({ packageName }) {
      const { definition } = await find(packageName);
      return answer('package.describe', { package: withResources(definition, url()) }, 'v3');
    },
    async '/package/list'() {
      const packages = [...installed].map(([appId, { definition, source }]) => ({
        appId,
        packageInformation: {
          packageDefinition: definition,
          resourceDefinition: definition.resource,
          packageSource: source,
        },
      }));
      return answer('package.list', { packages });
    },
    async '/package/install'({ packageName, options, appId }) {
      const { definition, source } = await find(packageName);
      const app = await start(definition, source, (options ?? {}) as Options);
      if (appId !== undefined && slashed(app.id) !== appId) throw new CosmosError('AppIdChanged', 'not rendered so');
      return answer(
        'package.install',
        { packageName, packageVersion: definition.version, appId: slashed(app.id) },
        'v2',
      );
    },
    async '/package/uninstall'({ packageName, appId }) {
      const id = String(appId ?? [...installed].find(([, each]) => each.definition.name === packageName)?.[0]);
      const service = installedAs(id);
      const ending = await startUninstall(id, service, marathon);
      void ending()
        .then(() => installed.delete(id))
        .catch((error: Error) => console.error(`uninstalling ${id}: ${error.message}`));
      const { version: packageVersion, postUninstallNotes } = service.definition;
      return answer('package.uninstall', { results: [{ packageName, appId: id, packageVersion, postUninstallNotes }] });
    },
    async '/cosmos/service/describe'({ appId }) {
      const { definition, options } = installedAs(appId);
      return answer('service.describe', {
        package: withResources(definition, url()),
        upgradesTo: [],
        downgradesTo: [],
        userProvidedOptions: options,
        resolvedOptions: mergeOptions(definition.config, options),
      });
    },
    async '/cosmos/service/update'({ appId, packageVersion, options, replace }) {
      const { definition, options: before, source } = installedAs(appId);
      if (packageVersion !== undefined && packageVersion !== definition.version) {
        throw new CosmosError('VersionUpgradeNotSupportedInOpen', 'Version upgrades are not supported');
      }
      const given = (options ?? {}) as Options;
      const next = replace === true ? given : mergeOptions({ default: before }, given);
      const app = await start(definition, source, next);
      return answer('service.update', {
        package: definition,
        resolvedOptions: mergeOptions(definition.config, next),
        marathonDeploymentId: app.id,
      });
    },
  };

  return {
    repositories,
    installed,
    async handle(call, body) {
      try {
        return await calls[call]?.(body);
      } catch (error) {
        return refusal(error);
      }
    },
  };
}

function answer(name: string, body: unknown, version = 'v1'): CosmosAnswer {
  return { status: 200, type: `application/vnd.dcos.${name}-response+json;charset=utf-8;version=${version}`, body };
}

function refusal(error: unknown): CosmosAnswer {
  const type = 'application/vnd.dcos.package.error+json;charset=utf-8;version=v1';
  if (error instanceof OptionsRefused) {
    const [pointer = '', ...words] = error.message.split(' ');
    const errors = [{ instance: { pointer }, message: words.join(' ') }];
    return {
      status: 400,
      type,
      body: { type: 'JsonSchemaMismatch', message: 'Options JSON failed validation', data: { errors } },
    };
  }
  if (!(error instanceof CosmosError)) throw error;
  return { status: 400, type, body: { type: error.type, message: error.message, data: error.data } };
}

/** Whatever is not typed as a repository is refused. */
async function readRepository(uri: string): Promise<readonly RepositoryPackage[]> {
  const types = ['v5', 'v4', 'v3'].map(
    (version) => `application/vnd.dcos.universe.repo+json;charset=utf-8;version=${version}`,
  );
  const response = await fetch(uri, { headers: { accept: types.join(', '), 'user-agent': 'cosmos/0.6 dcos/2.2' } });
  const type = response.headers.get('content-type') ?? '';
  if (!types.includes(type.replaceAll(' ', ''))) {
    throw new CosmosError('UnsupportedContentType', `Repository [${uri}] answered with ${type}`);
  }
  return ((await response.json()) as { packages: RepositoryPackage[] }).packages;
}

function render(definition: RepositoryPackage, options: Options, source: string): MarathonApp {
  const { name, version, packagingVersion, config, resource, marathon } = definition;
  const template = Buffer.from(marathon.v2AppMustacheTemplate, 'base64').toString('utf8');
  return renderPackage(
    { package: { name, version, packagingVersion }, config, resource, marathon: template },
    options,
    source,
  );
}

/** Addresses of what the CLI fetches lead through the cluster. */
function withResources({ resource, ...definition }: RepositoryPackage, url: string): unknown {
  const text = JSON.stringify(resource.cli ?? {});
  const cli = JSON.parse(text, (key, value) =>
    key === 'url' ? `${url}/package/resource?url=${encodeURIComponent(value)}` : value,
  );
  return { ...definition, resource: { ...resource, ...(resource.cli !== undefined && { cli }) } };
}

const pollMs = 500;

/**
 * Of an app with the label DCOS_COMMONS_UNINSTALL: SDK_UNINSTALL into its environment, and that is the answer to the user. Then,
 * in the background: the deployment is waited for, and asked until the deploy plan answers 200 and the framework id is the one
 * of the start or cannot be read any more; then the app goes.
 */
async function startUninstall(
  appId: string,
  { app }: Installed,
  marathon: CosmosMarathon,
): Promise<() => Promise<void>> {
  const { DCOS_COMMONS_UNINSTALL, DCOS_COMMONS_API_VERSION: version = 'v1' } = app.labels ?? {};
  if (DCOS_COMMONS_UNINSTALL === undefined) return () => marathon.remove(appId);
  const frameworkIds = async (): Promise<unknown> => {
    const { status, body } = await marathon.ask(appId, `/${version}/state/frameworkId`);
    return status === 200 ? body : undefined;
  };
  const before = await frameworkIds();
  await marathon.put({ ...app, env: { ...app.env, SDK_UNINSTALL: 'true' } });
  const isComplete = async (): Promise<boolean> => {
    if (!(await marathon.deployed(appId))) return false;
    const { status } = await marathon.ask(appId, `/${version}/plans/deploy`);
    const now = await frameworkIds();
    return status === 200 && (now === undefined || isDeepStrictEqual(now, before));
  };
  return async () => {
    for (let tries = 0; !(await isComplete()); tries++) {
      if (tries > 600) throw new CosmosError('UninstallTimedOut', `${appId} does not end its uninstall plan`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    await marathon.remove(appId);
  };
}

function slashed(appId: string): string {
  return appId.startsWith('/') ? appId : `/${appId}`;
}
