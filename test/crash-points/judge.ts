/** Holds what the schedulers say against what was confirmed before, and against what really runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundCluster, FromMember } from './messages.ts';
import { living, repeated, starts } from './truth.ts';

/** A process that was told to end is gone a moment after its end was told. */
const PATIENCE_MS = 10_000;

export class Judge {
  readonly #directory: string;
  readonly #startsFile: string;
  readonly #created = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #deletionAsked = new Set<string>();
  #frameworkId: string | undefined;
  started = 0;

  constructor(directory: string, startsFile: string) {
    this.#directory = directory;
    this.#startsFile = startsFile;
  }

  /** What is wrong with it. */
  async hear(message: FromMember): Promise<string[]> {
    switch (message.kind) {
      case 'standby':
        return [];
      case 'leads':
        return this.#leads(message.clusters);
      case 'subscribed':
        return this.#subscribed(message.frameworkId);
      case 'settled':
        return this.#settled(message.tasks);
      case 'created':
        this.#created.add(message.cluster);
        return [];
      case 'asks-deletion':
        this.#deletionAsked.add(message.cluster);
        return [];
      case 'deleted':
        this.#deleted.add(message.cluster);
        return [];
    }
  }

  /** Nothing is wanted any more: nothing lives. */
  end(): Promise<string[]> {
    return this.#settled([]);
  }

  async #leads(clusters: readonly FoundCluster[]): Promise<string[]> {
    const wanted = new Set(clusters.filter(({ goal }) => goal === 'run').map(({ name }) => name));
    const lost = [...this.#created].filter((name) => !wanted.has(name) && !this.#deletionAsked.has(name));
    const back = [...this.#deleted].filter((name) => wanted.has(name));
    const all = await starts(this.#startsFile);
    return [
      ...lost.map((name) => `I1: cluster ${name} was confirmed and is lost`),
      ...back.map((name) => `I1: cluster ${name} was deleted and is there`),
      ...all
        .filter((id) => !this.#wasMeant(id, clusters))
        .map((id) => `I4: ${id} was launched before that was written down`),
    ];
  }

  /** Clusters count their launches in the same commit that holds the intent. */
  #wasMeant(id: string, clusters: readonly FoundCluster[]): boolean {
    const [, name = '', number = ''] = /^(\w+)-\w+-\w+-(\d+)$/.exec(id) ?? [];
    const cluster = clusters.find((each) => each.name === name);
    return cluster === undefined ? this.#deletionAsked.has(name) : Number(number) <= cluster.launches;
  }

  #subscribed(frameworkId: string): string[] {
    this.#frameworkId ??= frameworkId;
    return this.#frameworkId === frameworkId ? [] : [`I7: framework ${frameworkId} beside ${this.#frameworkId}`];
  }

  async #settled(tasks: readonly string[]): Promise<string[]> {
    const known = [...tasks].sort();
    const deadline = Date.now() + PATIENCE_MS;
    let found = await living(this.#directory);
    while (found.join() !== known.join() && Date.now() < deadline) {
      await sleep(20);
      found = await living(this.#directory);
    }
    const all = await starts(this.#startsFile);
    this.started = all.length;
    return [
      ...found.filter((id) => !known.includes(id)).map((id) => `I2: ${id} runs, and nobody knows of it`),
      ...known.filter((id) => !found.includes(id)).map((id) => `I1: ${id} is said to run, and does not`),
      ...repeated(all).map((id) => `I3: ${id} was started twice`),
    ];
  }
}
