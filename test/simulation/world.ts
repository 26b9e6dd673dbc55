/**
 * One simulated world, decided by its seed: an ensemble of ZooKeeper, masters, agents, three schedulers, people, and the
 * judges who look at all of it.
 */

import { Problem } from '../../src/lib/problem.ts';
import type { Resource } from '../../src/mesos-api-client/protocol/mesos.ts';
import type { SchedulerCall, SubscribeCall } from '../../src/mesos-api-client/protocol/scheduler.ts';
import { describe } from '../../src/observability/describe.ts';
import type { DriverAnswer } from './flink/driver.ts';
import { type DriverQuestion, Flinks } from './flink/flinks.ts';
import { Journal } from './journal.ts';
import { Books } from './judges/books.ts';
import { MachineJudge } from './judges/machines.ts';
import { TrafficJudge } from './judges/traffic.ts';
import { Verdicts } from './judges/verdicts.ts';
import { AgentHost } from './mesos/agent-host.ts';
import { type CallFate, createSimulatedClient } from './mesos/client.ts';
import { Masters } from './mesos/masters.ts';
import { Network } from './network.ts';
import { JobOperations } from './people/job-operations.ts';
import { Operator } from './people/operator.ts';
import { Updates } from './people/updates.ts';
import { Chance } from './platform/chance.ts';
import { installPlatform } from './platform/platform.ts';
import type { Process } from './platform/process.ts';
import { Time } from './platform/time.ts';
import type { Scenario } from './scenario.ts';
import { SharedFiles } from './service/artifacts.ts';
import { type BootParts, ROOT } from './service/boot.ts';
import { SchedulerInstance } from './service/instance.ts';
import { Traps } from './traps.ts';
import { Ensemble } from './zookeeper/ensemble.ts';
import type { SimulatedSession } from './zookeeper/session.ts';

export class World {
  readonly scenario: Scenario;
  readonly time = new Time();
  readonly chance: Chance;
  readonly journal: Journal;
  readonly verdicts: Verdicts;
  readonly books: Books;
  readonly network: Network;
  readonly ensemble: Ensemble;
  readonly masters: Masters;
  readonly flinks: Flinks;
  readonly agents: AgentHost[] = [];
  readonly schedulers: SchedulerInstance[];
  readonly operator: Operator;
  readonly updates: Updates;
  readonly jobOperations: JobOperations;
  readonly traps = new Traps();
  readonly traffic: TrafficJudge;
  readonly machines: MachineJudge;
  /** Faults by their name. */
  readonly faults = new Map<string, number>();
  /** What happens to the next calls of a kind. */
  readonly fates = new Map<string, CallFate[]>();
  /** So many answers of Flink get lost. */
  losesFlinkAnswers = 0;
  /** So many answers of schedulers to drivers get lost. */
  losesDriverAnswers = 0;
  readonly #files = new SharedFiles();

  constructor(scenario: Scenario, listener?: (line: string) => void) {
    installPlatform();
    this.scenario = scenario;
    this.chance = new Chance(scenario.seed);
    this.journal = new Journal(this.time, listener);
    this.verdicts = new Verdicts(
      () => this.time.elapsedMs,
      (what) => this.journal.note('judge', what),
    );
    this.books = new Books(this.verdicts, {
      toldLost: (taskId) => this.traffic.toldLost.has(taskId),
      deletionAsked: (cluster) => this.operator.clusters.get(cluster)?.deletionAsked === true,
      registered: (taskId) => this.flinks.taskManagers.get(taskId)?.jobManager !== undefined,
    });
    this.machines = new MachineJudge(this.books, this.verdicts);
    this.traffic = new TrafficJudge(this.books, this.verdicts, (cluster) => this.#jobManagersOf(cluster));
    const { time } = this;
    this.network = new Network(time, this.chance.split());
    this.ensemble = new Ensemble({
      time,
      chance: this.chance.split(),
      written: (session, operations) => this.books.written(session, operations),
    });
    const note = (who: string, what: string) => this.journal.note(who, what);
    this.masters = new Masters({
      network: this.network,
      chance: this.chance.split(),
      ensemble: this.ensemble,
      count: scenario.masters,
      note,
      agentReregisterMs: scenario.agentReregisterMs,
    });
    this.flinks = this.#makeFlinks();
    for (let index = 0; index < scenario.agents; index += 1) this.agents.push(this.#makeAgent(index));
    this.schedulers = Array.from({ length: 3 }, (_, index) => this.#makeScheduler(`scheduler-${index + 1}`));
    const people = {
      time,
      chance: this.chance.split(),
      books: this.books,
      verdicts: this.verdicts,
      leader: () => this.leader,
      note: (what: string) => note('operator', what),
    };
    this.operator = new Operator(people);
    this.updates = new Updates({ ...people, chance: new Chance(scenario.seed * 7 + 2) }, this.operator);
    this.jobOperations = new JobOperations({ ...people, chance: new Chance(scenario.seed * 7 + 3) }, this.operator);
  }

  /** Whoever holds the newest epoch and turns. */
  get leader(): SchedulerInstance | undefined {
    let leader: SchedulerInstance | undefined;
    for (const each of this.schedulers)
      if (each.leads && (each.house?.epoch ?? 0) > (leader?.house?.epoch ?? 0)) leader = each;
    return leader;
  }

  /** By what is written down, whether it knows it or not. */
  #holdsEpoch({ sessions }: SchedulerInstance): boolean {
    for (const { id } of sessions) if (id === this.books.epochOwner) return true;
    return false;
  }

  agentAt(host: string): AgentHost | undefined {
    return this.agents.find(({ name }) => name === host);
  }

  fault(name: string, what: string): void {
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
    this.journal.note('FAULT', `${name}${what === '' ? '' : `: ${what}`}`);
  }

  addAgent(): AgentHost {
    const agent = this.#makeAgent(this.agents.length);
    this.agents.push(agent);
    return agent;
  }

  #jobManagersOf(cluster: string): string[] {
    const found: string[] = [];
    for (const [taskId, each] of this.flinks.jobManagers) if (each.cluster === cluster) found.push(taskId);
    return found;
  }

  #makeFlinks(): Flinks {
    const flinks: Flinks = new Flinks({
      network: this.network,
      chance: this.chance.split(),
      note: (who, what) => this.journal.note(who, what),
      slotsOf: (cluster) => this.operator.slotsOf(cluster),
      limitsOf: (cluster) => this.operator.limitsOf(cluster),
      secretOf: ({ info }) => this.#files.secretOf(info),
      askScheduler: (question) => this.#askScheduler(question),
      processStarted: (process) => {
        this.journal.note(process.host, `runs ${process.taskId}`);
        this.machines.started(process);
      },
      processEnded: (process) => {
        this.journal.note(process.host, `${process.taskId} has ended`);
        this.machines.ended(process);
      },
      jobResumed: (jobManager, job) => {
        this.journal.note(jobManager.taskId, `is given job ${job.id}, from ${job.restoredFrom ?? 'the start'}`);
        this.machines.jobResumed(jobManager, job, flinks.jobManagers.values(), flinks.storage, this.time.now);
      },
    });
    return flinks;
  }

  /** As the driver finds it: where the leader says that it is, with whoever listens there. */
  #askScheduler({ from, host, cluster, call, withinMs }: DriverQuestion): Promise<DriverAnswer | undefined> {
    const { network, time } = this;
    const { promise, resolve } = Promise.withResolvers<DriverAnswer | undefined>();
    from.after(withinMs, () => resolve(undefined));
    const note = this.ensemble.tree.data(`${ROOT}/leader`)?.toString('utf8');
    const url = note === undefined ? undefined : (JSON.parse(note) as { readonly url: string }).url;
    const scheduler = this.schedulers.find(({ house }) => house !== undefined && house.url === url);
    const back = (answer: DriverAnswer | undefined) => {
      if (answer !== undefined && this.losesDriverAnswers > 0) this.losesDriverAnswers -= 1;
      else time.after(network.latencyMs(), () => from.enter(() => resolve(answer)));
    };
    time.after(network.latencyMs(), () => {
      const { house } = scheduler ?? {};
      if (scheduler === undefined || house === undefined || !network.reaches(host, scheduler.name)) return;
      const body: unknown = call.body === undefined ? undefined : JSON.parse(JSON.stringify(call.body));
      scheduler.process.enter(() => {
        if (!house.drivers.admits(cluster, call.authorization)) return back({ status: 401, body: {} });
        house.drivers.handle(cluster, { ...call, body }).then(back, () => back(undefined));
      });
    });
    return promise;
  }

  #makeAgent(index: number): AgentHost {
    const chance = this.chance.split();
    const hostname = `agent-${index + 1}`;
    return new AgentHost({
      time: this.time,
      chance,
      description: { hostname, port: 5051, resources: this.#resourcesOf(index), attributes: [] },
      programs: this.flinks,
      dial: (host) => this.masters.dial(host),
      note: (what) => this.journal.note(hostname, what),
      fetchMs: () => (chance.oneIn(15) ? chance.between(5_000, 25_000) : chance.between(50, 1_500)),
    });
  }

  #resourcesOf(index: number): Resource[] {
    const { agentCpus, agentMemMiB } = this.scenario;
    return resources(agentCpus, agentMemMiB?.(index) ?? agentCpus * 4096);
  }

  #makeScheduler(name: string): SchedulerInstance {
    const note = (what: string) => this.journal.note(name, what);
    return new SchedulerInstance({
      name,
      time: this.time,
      chance: this.chance.split(),
      note,
      spins: () => this.verdicts.violated('I12', `${name} turns in a circle: it never comes to rest within a second`),
      ended: (_, problem) => this.#ended(name, problem),
      hungUp: (process) => {
        for (const stream of [...this.masters.streams]) if (stream.ends.scheduler === process) stream.close();
      },
      connect: (instance, process) => this.#connect(instance, process, note),
    });
  }

  #connect(
    instance: SchedulerInstance,
    process: Process,
    note: (what: string) => void,
  ): Omit<BootParts, 'name' | 'leads' | 'note'> {
    const { network, traps, masters } = this;
    const chance = this.chance.split();
    const passes = (point: string) => traps.pass(point, instance);
    const http = {
      process,
      host: instance.name,
      network,
      flinks: this.flinks,
      losesAnswer: () => this.losesFlinkAnswers > 0 && this.losesFlinkAnswers-- > 0,
      asked: ({ method, path }: { method: string; path: string }) => {
        if (method !== 'GET') {
          note(`${method} ${path}`);
          passes(`${method} ${path.split('/')[1]} sent`);
        }
      },
    };
    return {
      startAnew: this.scenario.startAnew,
      http,
      files: this.#files,
      openSession: () => this.#openSession(instance, process),
      onFact: (fact) => fact.kind.startsWith('offer.') || note(`${fact.kind}: ${describe(fact).text}`),
      client: createSimulatedClient({
        process,
        host: instance.name,
        masters,
        network,
        chance,
        fate: (type) => this.#fateOf(type),
        sent: (call, stream) => {
          passes(`${call.type} before`);
          if (process.state === 'dead') return;
          note(`→ ${shown(call)}`);
          this.traffic.sent(call, stream, this.#holdsEpoch(instance));
          if (traps.pass(`${call.type} sent`, instance)) return;
        },
        processed: (call, status) => {
          if (status > 299) note(`${call.type} is answered with ${status}`);
          else this.traffic.accepted(call);
          passes(`${call.type} processed`);
        },
        answered: (call) => passes(`${call.type} answered`),
        arrived: (event, stream) => {
          this.traffic.arrived(event, stream);
          if (event.type === 'UPDATE') note(`← ${event.update.status.state} of ${event.update.status.task_id.value}`);
        },
      }),
    };
  }

  #openSession(instance: SchedulerInstance, process: Process): SimulatedSession {
    const session = this.ensemble.open(process, 10_000);
    instance.sessions.add(session);
    session.onWrite = (point) => this.traps.pass(`write ${point}`, instance);
    return session;
  }

  #fateOf(type: string): CallFate {
    return this.fates.get(type)?.shift() ?? this.fates.get('any')?.shift() ?? 'ordinary';
  }

  #ended(name: string, problem: Problem | Error | undefined): void {
    const expected = ['DEPOSED', 'PERSIST_FAILED', 'MASTER_REFUSED', 'FRAMEWORK_REMOVED'];
    if (problem === undefined || (problem instanceof Problem && expected.includes(problem.code))) return;
    const where = problem.stack?.split('\n')[1]?.trim() ?? '';
    const cause = problem.cause instanceof Error ? ` (${problem.cause.stack?.split('\n')[1]?.trim()})` : '';
    this.verdicts.violated('I14', `${name} ends with a defect: ${problem.message} ${where}${cause}`);
  }
}

function resources(cpus: number, memMiB: number): Resource[] {
  const scalar = (name: string, value: number): Resource => ({ name, type: 'SCALAR', scalar: { value } });
  return [
    scalar('cpus', cpus),
    scalar('mem', memMiB),
    scalar('disk', 100_000),
    { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 31_000 + cpus * 12 }] } },
  ];
}

function shown(call: SchedulerCall | SubscribeCall): string {
  switch (call.type) {
    case 'ACCEPT': {
      const tasks = (call.accept.operations ?? []).flatMap((operation) =>
        operation.type === 'LAUNCH' ? operation.launch.task_infos.map(({ task_id }) => task_id.value) : [],
      );
      return `ACCEPT ${tasks.join(', ')}`;
    }
    case 'KILL':
      return `KILL ${call.kill.task_id.value}`;
    case 'ACKNOWLEDGE':
      return `ACKNOWLEDGE ${call.acknowledge.task_id.value}`;
    case 'RECONCILE':
      return `RECONCILE ${call.reconcile.tasks?.length ?? 0} tasks`;
    default:
      return call.type;
  }
}
