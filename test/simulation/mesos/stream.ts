/** A subscription's stream, from the master's shell to the scheduler's client: records of JSON that arrive in order. */
import type { EventStream } from '../../../src/local-mesos/server/master-stream.ts';
import { MesosError } from '../../../src/mesos-api-client/mesos-error.ts';
import { parseSchedulerEvent } from '../../../src/mesos-api-client/protocol/events.ts';
import type { SchedulerEvent } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import { Lane, type Network } from '../network.ts';
import type { Process } from '../platform/process.ts';

export interface StreamEnds {
  readonly scheduler: Process;
  readonly schedulerHost: string;
  readonly master: Process;
  readonly masterHost: string;
  readonly streamId: string;
  /** An event has reached the scheduler. */
  readonly arrived: (event: SchedulerEvent) => void;
}

export class SimulatedStream implements EventStream {
  readonly ends: StreamEnds;
  /** Half open: the master writes, nothing arrives, nobody notices. */
  silent = false;
  /** The next record arrives broken. */
  garble = false;
  /** The next update arrives twice. */
  duplicate = false;
  /** Updates of other tasks overtake the next one. */
  delayNextMs = 0;
  readonly #network: Network;
  readonly #lane: Lane;
  #open = true;
  #damaged = false;
  #masterKnows = true;
  #closed: () => void = () => undefined;
  readonly #heldUntil = new Map<string, number>();
  readonly #arrived: SchedulerEvent[] = [];
  #failure: MesosError | undefined;
  #reader: (() => void) | undefined;

  constructor(network: Network, ends: StreamEnds) {
    this.#network = network;
    this.ends = ends;
    this.#lane = new Lane(network);
  }

  get open(): boolean {
    return this.#open;
  }

  send(event: SchedulerEvent): void {
    if (!this.#masterKnows) return;
    const record = JSON.stringify(event);
    if (event.type === 'UPDATE') this.#sendUpdate(event.update.status.task_id.value, record);
    else this.#lane.carry(() => this.#receive(record));
  }

  /** What is said of one task stays in order. */
  #sendUpdate(task: string, record: string): void {
    const { time } = this.#network;
    if (this.delayNextMs > 0) {
      this.#heldUntil.set(task, time.now + this.delayNextMs);
      this.delayNextMs = 0;
    }
    const held = (this.#heldUntil.get(task) ?? 0) - time.now;
    if (held <= 0) this.#lane.carry(() => this.#receive(record));
    else time.after(held, () => this.#lane.carry(() => this.#receive(record)));
  }

  end(): void {
    this.#masterKnows = false;
    this.#lane.carry(() => this.#fail(new MesosError('closed', `master ${this.ends.masterHost} closed the stream`)));
  }

  abort(): void {
    this.end();
  }

  breakOff(): void {
    this.end();
  }

  onClosed(handler: () => void): void {
    this.#closed = handler;
  }

  /** A reset: each side hears of it in its own time. */
  break(): void {
    this.#hangUp();
    this.#lane.carry(() => this.#fail(new MesosError('closed', 'the stream broke off: ECONNRESET')));
  }

  /** By the scheduler, or because it died. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#failure = new MesosError('closed', 'the stream was closed on our side');
    this.#reader?.();
    this.#hangUp();
  }

  async *events(): AsyncGenerator<SchedulerEvent, never> {
    for (;;) {
      const event = this.#arrived.shift();
      if (event !== undefined) {
        this.ends.arrived(event);
        yield event;
      } else if (this.#failure !== undefined) throw this.#failure;
      else await new Promise<void>((resolve) => (this.#reader = resolve));
    }
  }

  /** A half-open connection: the master writes into it until the network heals and its packets are refused. */
  #hangUp(): void {
    const { masterHost, schedulerHost, master } = this.ends;
    this.#lane.carry(() => {
      if (!this.#masterKnows) return;
      if (!this.#network.reaches(schedulerHost, masterHost)) {
        this.#network.time.after(2_000, () => this.#hangUp());
        return;
      }
      this.#masterKnows = false;
      master.enter(this.#closed);
    });
  }

  #receive(record: string): void {
    const { schedulerHost, masterHost, scheduler } = this.ends;
    if (!this.#open || this.silent) return;
    if (!this.#network.reaches(schedulerHost, masterHost)) {
      this.#damaged = true;
      return;
    }
    // Nothing arrives where something before it did not.
    if (this.#damaged) {
      this.break();
      return;
    }
    scheduler.enter(() => {
      if (!this.#open) return;
      const parsed = parseSchedulerEvent(this.garble ? record.slice(0, -3) : record);
      if (parsed.kind === 'fault') {
        this.#hangUp();
        this.#failNow(new MesosError('protocol', `the stream is broken: ${parsed.message}`));
        return;
      }
      this.#arrived.push(parsed.event);
      if (this.duplicate && parsed.event.type === 'UPDATE') {
        this.duplicate = false;
        this.#arrived.push(parsed.event);
      }
      this.#reader?.();
    });
  }

  #fail(error: MesosError): void {
    if (this.silent) return;
    this.ends.scheduler.enter(() => this.#failNow(error));
  }

  #failNow(error: MesosError): void {
    if (!this.#open) return;
    this.#open = false;
    this.#failure = error;
    this.#reader?.();
  }
}
