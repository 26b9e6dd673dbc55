/** The Marathon of a cluster whose apps Cosmos starts and Admin Router finds: one runner an app. */
import { type Marathon, startMarathon } from '../marathon.ts';
import type { DcosCluster } from './cluster.ts';
import type { CosmosMarathon } from './cosmos.ts';

export interface MarathonOfCosmos extends CosmosMarathon {
  /** What runs of an app, by its id. */
  of(appId: string): Marathon | undefined;
  /** Admin Router finds what runs by the labels of apps; Cosmos asks through it, as the user who told it to. */
  attach(cluster: Pick<DcosCluster, 'url' | 'router' | 'identity'>): void;
  close(): Promise<void>;
}

export function createMarathonOfCosmos(master: string, volumes: string): MarathonOfCosmos {
  const running = new Map<string, Marathon>();
  const services = new Map<string, string>();
  let askCluster: (path: string) => Promise<Response>;
  const idOf = (id: string): string => (id.startsWith('/') ? id : `/${id}`);
  const end = async (id: string): Promise<void> => {
    await running.get(id)?.close();
    running.delete(id);
  };
  const urlOf = (id: string): string | undefined => {
    const instance = running.get(id)?.current();
    return instance && `http://${instance.host}:${instance.ports[0]}`;
  };
  return {
    of: (id) => running.get(idOf(id)),
    async put(app) {
      const id = idOf(app.id);
      await end(id);
      services.set(app.labels?.DCOS_SERVICE_NAME?.replace(/^\//, '') ?? '', id);
      running.set(id, await startMarathon(master, { ...app, id }, volumes));
    },
    async remove(appId) {
      await end(idOf(appId));
      for (const [name, id] of services) if (id === idOf(appId)) services.delete(name);
    },
    async ask(appId, path) {
      const response = await askCluster(`/service${idOf(appId)}${path}`);
      return { status: response.status, body: await response.json().catch(() => undefined) };
    },
    attach({ url: cluster, router, identity }) {
      askCluster = (path) =>
        fetch(`${cluster}${path}`, { headers: { authorization: `token=${identity.tokenOf('operator')}` } });
      router.find = (name) => {
        const id = services.get(name);
        const url = id === undefined ? undefined : urlOf(id);
        return url === undefined ? undefined : { url };
      };
    },
    async close() {
      for (const id of [...running.keys()]) await end(id);
    },
  };
}
