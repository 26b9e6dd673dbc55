/** The Marathon of a cluster whose apps Cosmos starts and Admin Router finds: one runner an app. */
import { type Marathon, startMarathon } from '../marathon.ts';
import type { SecretStore } from '../marathon-secrets.ts';
import type { VolumeBook } from '../marathon-volumes.ts';
import type { DcosCluster } from './cluster.ts';
import type { CosmosMarathon } from './cosmos.ts';

export interface MarathonOfCosmos extends CosmosMarathon {
  /** What runs of an app, by its id. */
  of(appId: string): Marathon | undefined;
  /** Admin Router finds what runs by the labels of apps; Cosmos asks through it, as the user who told it to. */
  attach(cluster: Pick<DcosCluster, 'url' | 'router' | 'identity'>): void;
  close(): Promise<void>;
}

export function createMarathonOfCosmos(master: string, store: SecretStore = new Map()): MarathonOfCosmos {
  const volumes: VolumeBook = new Map();
  const running = new Map<string, Marathon>();
  /** By the labels of apps: which it is, and how it is spoken to. */
  const services = new Map<string, { readonly id: string; readonly scheme: string }>();
  const wanted = new Map<string, number>();
  let askCluster: (path: string) => Promise<Response>;
  const idOf = (id: string): string => (id.startsWith('/') ? id : `/${id}`);
  const end = async (id: string, how: 'close' | 'destroy' = 'destroy'): Promise<void> => {
    await running.get(id)?.[how]();
    running.delete(id);
  };
  return {
    of: (id) => running.get(idOf(id)),
    async put(app) {
      const id = idOf(app.id);
      await end(id, 'close');
      const { DCOS_SERVICE_NAME: name = '', DCOS_SERVICE_SCHEME: scheme = 'http' } = app.labels ?? {};
      services.set(name.replace(/^\//, ''), { id, scheme });
      wanted.set(id, app.instances ?? 1);
      running.set(id, await startMarathon(master, { ...app, id }, volumes, store));
    },
    async remove(appId) {
      await end(idOf(appId));
      for (const [name, { id }] of services) if (id === idOf(appId)) services.delete(name);
    },
    async deployed(appId) {
      const healthy = running
        .get(idOf(appId))
        ?.instances.filter((each) => each.state === 'TASK_RUNNING' && each.healthy);
      return healthy?.length === wanted.get(idOf(appId));
    },
    async ask(appId, path) {
      const response = await askCluster(`/service${idOf(appId)}${path}`);
      return { status: response.status, body: await response.json().catch(() => undefined) };
    },
    attach({ url: cluster, router, identity }) {
      askCluster = (path) =>
        fetch(`${cluster}${path}`, { headers: { authorization: `token=${identity.tokenOf('operator')}` } });
      router.find = (name) => {
        const service = services.get(name);
        const instance = service && running.get(service.id)?.current();
        return instance && { url: `${service.scheme}://${instance.host}:${instance.ports[0]}` };
      };
    },
    async close() {
      for (const id of [...running.keys()]) await end(id);
    },
  };
}
