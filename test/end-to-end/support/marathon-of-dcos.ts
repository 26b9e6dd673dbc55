/** The Marathon below a DC/OS cluster: apps come from Cosmos, are started by the runner, and stand behind Admin Router. */
import type { MarathonApp } from '../../../marathon/app.ts';
import type { AdminRouter } from './dcos/admin-router.ts';
import type { CosmosMarathon } from './dcos/cosmos.ts';
import { type Marathon, startMarathon } from './marathon.ts';
import { eventually } from './process.ts';

export interface MarathonOfDcos extends CosmosMarathon {
  /** The ids of the apps that there are. */
  apps(): readonly string[];
  /** Where services are found, and as whom Cosmos asks them. */
  behind(router: AdminRouter, token: string): void;
  close(): Promise<void>;
}

export function marathonOfDcos(master: string, volumes: string): MarathonOfDcos {
  const running = new Map<string, Marathon>();
  let router: AdminRouter | undefined;
  let token = '';
  const end = async (id: string): Promise<void> => {
    router?.services.delete(id.replace(/^\//, ''));
    await running.get(id)?.close();
    running.delete(id);
  };
  return {
    apps: () => [...running.keys()],
    behind(given, whose) {
      [router, token] = [given, whose];
    },
    async put(app: MarathonApp) {
      const id = app.id.startsWith('/') ? app.id : `/${app.id}`;
      await end(id);
      const marathon = await startMarathon(master, { ...app, id }, volumes);
      running.set(id, marathon);
      const instance = await eventually(`${id} answers`, 120_000, async () => {
        const failed = marathon.instances.find(({ state }) => state === 'TASK_FAILED');
        if (failed !== undefined) throw new Error(`${failed.taskId}: ${failed.message}`);
        const current = marathon.current();
        return current?.healthy === true && current;
      });
      router?.services.set(id.replace(/^\//, ''), { url: `http://${instance.host}:${instance.ports[0]}` });
    },
    remove: (id) => end(id),
    async ask(id, path) {
      const url = router?.services.get(id.replace(/^\//, ''))?.url;
      if (url === undefined) return { status: 404, body: undefined };
      const answer = await fetch(`${url}${path}`, { headers: { authorization: `token=${token}` } }).catch(
        () => undefined,
      );
      if (answer === undefined) return { status: 502, body: undefined };
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    async close() {
      for (const id of [...running.keys()]) await end(id);
    },
  };
}
