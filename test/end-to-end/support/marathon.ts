/**
 * What Marathon does with one app, as a framework of its own on a Mesos: an offer that has the resources and ports, the
 * variables of the ports, the files to fetch, the command, a persistent volume that the next instance gets again, a
 * health check, as many instances as it says on hosts that its constraint lets, and a new one when one has ended or failed its
 * check too often.
 */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { HealthCheck, MarathonApp } from '../../../marathon/app.ts';
import { toThousandths } from '../../../src/lib/thousandths.ts';
import {
  calls,
  createSchedulerClient,
  isTerminal,
  resources,
  type SchedulerStream,
} from '../../../src/mesos-api-client/index.ts';
import type { FrameworkId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type {
  EnvironmentVariable,
  Offer,
  OfferOperation,
  Resource,
  TaskInfo,
  TaskStatus,
} from '../../../src/mesos-api-client/protocol/mesos.ts';
import { type SecretStore, secretFiles, secretVariables } from './marathon-secrets.ts';
import {
  destructionOf,
  forgetVolumes,
  hasVolumes,
  marathonRole,
  type VolumeBook,
  volumesOn,
} from './marathon-volumes.ts';
import { eventually } from './process.ts';
import { processesOf } from './stack.ts';

export interface Instance {
  readonly taskId: string;
  readonly host: string;
  readonly ports: readonly number[];
  state: string;
  healthy: boolean;
  /** What Mesos said of its end. */
  message?: string;
}

interface Places {
  readonly book: VolumeBook;
  readonly store: SecretStore;
}

export interface Marathon {
  readonly instances: readonly Instance[];
  /** The one that runs now. */
  current(): Instance | undefined;
  /** Kills the instances, and starts none again. */
  close(): Promise<void>;
  /** The same when the app is deleted: its volumes go too. */
  destroy(): Promise<void>;
}

/** `book` remembers where the app has volumes; `store` resolves the sources of an app's secrets, as DC/OS' secret store. */
export async function startMarathon(
  master: string,
  app: MarathonApp,
  book: VolumeBook = new Map(),
  store: SecretStore = new Map(),
): Promise<Marathon> {
  const client = createSchedulerClient();
  const subscription = {
    frameworkInfo: { user: userInfo().username, name: 'marathon', roles: [marathonRole], capabilities },
  };
  const opened = await client.subscribe(master, calls.subscribe(subscription));
  if (opened.kind !== 'opened') throw new Error(`${master} does not lead`);
  const runner = createRunner(app, { book, store }, opened.stream);
  const reading = runner.read();
  const checking = runner.check();
  const end = async (last: () => Promise<void> = async () => {}): Promise<void> => {
    await runner.stop();
    await last();
    // Without a failover timeout the master forgets the framework when the stream ends.
    opened.stream.close();
    await Promise.all([checking, client.close()]);
    await reading;
  };
  return {
    instances: runner.instances,
    current: () => runner.instances.findLast(({ state }) => state === 'TASK_RUNNING'),
    close: () => end(),
    destroy: () => end(runner.destroyVolumes),
  };
}

/** The scheduler that an instance is: by its sandbox, which has the task's id in its path. */
export async function pidOfInstance(instance: Instance | undefined): Promise<number> {
  for (const pid of await processesOf(`MESOS_EXECUTOR_ID=${instance?.taskId}`)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('src/main.js\0scheduler')) return pid;
  }
  throw new Error(`no process of ${instance?.taskId}`);
}

const capabilities = [{ type: 'MULTI_ROLE' }, { type: 'RESERVATION_REFINEMENT' }, { type: 'PARTITION_AWARE' }];

function createRunner(app: MarathonApp, { book, store }: Places, stream: SchedulerStream) {
  const instances: Instance[] = [];
  let frameworkId = '' as FrameworkId;
  let stopped = false;
  let destroyed = false;
  let delayMs = (app.backoffSeconds ?? 1) * 1000;
  let wantedAt = 0;
  const live = (): Instance[] => instances.filter(({ state }) => !isTerminal(state as TaskStatus['state']));
  const unique = app.constraints?.some(([field, operator]) => field === 'hostname' && operator === 'UNIQUE') ?? false;
  const mayRunOn = (hostname: string): boolean =>
    live().length < (app.instances ?? 1) && !(unique && live().some(({ host }) => host === hostname));

  async function onOffers(offers: readonly Offer[]): Promise<void> {
    for (const offer of offers) {
      const destruction = destroyed ? destructionOf(offer, app) : [];
      if (destruction.length > 0) {
        await stream.call(calls.accept(frameworkId, [offer.id.value], destruction));
        forgetVolumes(app, book);
        continue;
      }
      const wants = !stopped && mayRunOn(offer.hostname) && Date.now() >= wantedAt && instances.length < 20;
      const cut = wants ? cutOut(app, offer, book) : undefined;
      if (cut === undefined) {
        await stream.call(calls.decline(frameworkId, [offer.id.value], { refuseSeconds: 0.2 }));
        continue;
      }
      const taskId = `${app.id.slice(1).replaceAll('/', '_')}.instance-${instances.length + 1}` as TaskId;
      instances.push({ taskId, host: offer.hostname, ports: cut.ports, state: 'TASK_STAGING', healthy: false });
      const task = taskOf(app, taskId, offer, cut, store);
      await stream.call(calls.accept(frameworkId, [offer.id.value], [...cut.operations, calls.launch([task])]));
    }
  }

  async function onUpdate(status: TaskStatus): Promise<void> {
    const { agent_id: agent, task_id: task, uuid, state, message } = status;
    if (agent !== undefined && uuid !== undefined) {
      await stream.call(calls.acknowledge(frameworkId, { agentId: agent.value, taskId: task.value, uuid }));
    }
    const instance = instances.find(({ taskId }) => taskId === task.value);
    if (instance === undefined) return;
    instance.state = state;
    if (!isTerminal(state)) return;
    if (message !== undefined) instance.message = message;
    wantedAt = Date.now() + delayMs;
    delayMs = Math.min(delayMs * (app.backoffFactor ?? 1.15), (app.maxLaunchDelaySeconds ?? 300) * 1000);
  }

  const kill = (instance: Instance): Promise<void> =>
    stream.call(calls.kill(frameworkId, instance.taskId as TaskId, { killPolicy: graceOf(app) }));

  return {
    instances,
    async read(): Promise<void> {
      try {
        for await (const event of stream.events()) {
          if (event.type === 'SUBSCRIBED') frameworkId = event.subscribed.framework_id.value;
          if (event.type === 'OFFERS') await onOffers(event.offers.offers ?? []);
          if (event.type === 'UPDATE') await onUpdate(event.update.status);
        }
      } catch (error) {
        if (!stopped) throw error;
      }
    },
    /** MESOS_HTTP and MESOS_HTTPS ask on the agent itself, so on loopback, and take 200 to 399 for an answer. */
    async check(): Promise<void> {
      const [check] = app.healthChecks ?? [];
      /** Until its first good answer an instance has its grace period, and is not counted. */
      const failures = new Map<Instance, number>();
      while (!stopped && check !== undefined) {
        for (const instance of live().filter(({ state }) => state === 'TASK_RUNNING')) {
          instance.healthy = await answersOn(instance, check);
          const counted = failures.get(instance);
          const count = instance.healthy ? 0 : counted === undefined ? undefined : counted + 1;
          if (count === undefined) continue;
          failures.set(instance, count);
          const most = check.maxConsecutiveFailures ?? 3;
          if (most === 0 || count < most) continue;
          failures.delete(instance);
          await kill(instance);
        }
        await sleep(100);
      }
    },
    async stop(): Promise<void> {
      stopped = true;
      for (const instance of live()) await kill(instance);
      await eventually('its instances ended', async () => live().length === 0);
    },
    async destroyVolumes(): Promise<void> {
      destroyed = true;
      await eventually('its volumes destroyed', async () => !hasVolumes(app, book));
    },
  };
}

/** Mesos has curl ask with --insecure. */
const trustingAll = new Agent({ connect: { rejectUnauthorized: false } });

async function answersOn({ ports }: Instance, { protocol, path = '/', portIndex = 0 }: HealthCheck): Promise<boolean> {
  const scheme = protocol === 'MESOS_HTTPS' ? 'https' : 'http';
  return await request(`${scheme}://127.0.0.1:${ports[portIndex]}${path}`, { dispatcher: trustingAll })
    .then(async ({ statusCode, body }) => {
      await body.dump();
      return statusCode < 400;
    })
    .catch(() => false);
}

interface CutOut {
  readonly operations: readonly OfferOperation[];
  readonly taken: readonly Resource[];
  readonly ports: readonly number[];
}

/** All that the app asks for, or nothing. */
function cutOut(app: MarathonApp, offer: Offer, book: VolumeBook): CutOut | undefined {
  const wanted = { cpus: app.cpus ?? 1, mem: app.mem ?? 128, disk: app.disk ?? 0 };
  const taken: Resource[] = [];
  let rest: readonly Resource[] = offer.resources ?? [];
  for (const [name, amount] of Object.entries(wanted)) {
    const cut = resources.takeScalar(rest, name, toThousandths(amount));
    if (cut === undefined) return undefined;
    taken.push(...cut.taken);
    rest = cut.rest;
  }
  const ports = resources.takePorts(rest, app.portDefinitions?.length ?? 0);
  if (ports === undefined) return undefined;
  const volumes = volumesOn({ ...offer, resources: ports.rest }, app, book);
  return volumes && { ...volumes, taken: [...taken, ...ports.taken, ...volumes.given], ports: ports.ports };
}

function taskOf(
  app: MarathonApp,
  taskId: TaskId,
  offer: Offer,
  { taken, ports }: CutOut,
  store: SecretStore,
): TaskInfo {
  return {
    name: app.id.slice(1),
    task_id: { value: taskId },
    agent_id: offer.agent_id,
    resources: [...taken],
    command: {
      value: app.cmd ?? '',
      ...(app.user === undefined ? {} : { user: app.user }),
      uris: (app.fetch ?? []).map(({ uri, destPath, extract, executable, cache }) => ({
        value: uri,
        extract: extract ?? true,
        executable: executable ?? false,
        cache: cache ?? false,
        ...(destPath === undefined ? {} : { output_file: destPath }),
      })),
      environment: { variables: [...environmentOf(app, taskId, offer, ports), ...secretVariables(app, store)] },
    },
    ...secretFiles(app, store),
    kill_policy: graceOf(app),
  };
}

function graceOf({ taskKillGracePeriodSeconds = 3 }: MarathonApp) {
  return { grace_period: { nanoseconds: taskKillGracePeriodSeconds * 1e9 } };
}

/** The variables of Marathon's documentation, "Task environment variables"; the app's own come last. */
function environmentOf(app: MarathonApp, taskId: string, offer: Offer, ports: readonly number[]) {
  const numbered = ports.map((port, index) => [`PORT${index}`, String(port)]);
  const named = ports.flatMap((port, index) => {
    const name = app.portDefinitions?.[index]?.name;
    return name === undefined ? [] : [[`PORT_${name.toUpperCase().replaceAll('-', '_')}`, String(port)]];
  });
  const own = Object.entries(app.env ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const all: Record<string, string> = {
    HOST: offer.hostname,
    ...(ports[0] === undefined ? {} : { PORT: String(ports[0]), PORTS: ports.join(',') }),
    ...(Object.fromEntries([...numbered, ...named]) as Record<string, string>),
    MARATHON_APP_ID: app.id,
    MARATHON_APP_RESOURCE_CPUS: String(app.cpus ?? 1),
    MARATHON_APP_RESOURCE_MEM: String(app.mem ?? 128),
    MESOS_TASK_ID: taskId,
    ...Object.fromEntries(own),
  };
  return Object.entries(all).map(([name, value]): EnvironmentVariable => ({ name, value }));
}
