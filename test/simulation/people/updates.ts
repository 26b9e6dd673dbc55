/**
 * People who bring clusters to another specification while everything else goes on: again before the last change has been followed,
 * back to the one before, holding it up for a while, or hastening it. Which of them a cluster comes to in the end is written down.
 */
import _ from 'lodash';
import type { UpdateAct } from '../../../src/flink/plan/clusters.ts';
import type { ClusterName } from '../../../src/flink/plan/records.ts';
import { isBeingUpdated } from '../../../src/flink/plan/revisions.ts';
import { whyUpdateStopped } from '../../../src/flink/plan/roll-out.ts';
import type { ClusterSpec } from '../../../src/flink/spec.ts';
import type { PromisedCluster } from './operator.ts';
import { People } from './people.ts';

export type Change = Omit<ClusterSpec, 'name'>;

export class Updates extends People {
  #numbered = 0;

  some(): void {
    const { chance } = this.parts;
    const cluster = chance.pick(this.operator.standing());
    if (cluster === undefined) return;
    const act = chance.pick([
      () => this.#update(cluster),
      () => this.#update(cluster),
      () => this.#updateTwice(cluster),
      () => this.#rollBack(cluster),
      () => this.#hold(cluster),
      () => this.#steer(cluster, 'hasten'),
    ]);
    act?.();
  }

  #update(cluster: PromisedCluster): void {
    const change = this.#change(cluster);
    cluster.wish = _.merge({}, cluster.wish, change);
    const { name, wish } = cluster;
    const options = this.parts.chance.oneIn(3) ? ({ jobs: 'savepoint' } as const) : {};
    void this.asking.ask(`updates ${name}: ${JSON.stringify(change)}`, async (dispatcher) => {
      await dispatcher.updateCluster(name, wish, options);
      this.#promised(cluster, (spec) => _.isMatch(spec, wish), JSON.stringify(wish));
    });
  }

  #updateTwice(cluster: PromisedCluster): void {
    this.#update(cluster);
    this.parts.time.after(this.parts.chance.between(0, 15_000), () => {
      if (cluster.there === 'yes') this.#update(cluster);
    });
  }

  #rollBack(cluster: PromisedCluster): void {
    const { name } = cluster;
    void this.asking.ask(`brings ${name} back to what it was`, async (dispatcher) => {
      const before = dispatcher.revisions(name).findLast(({ present }) => !present);
      if (before === undefined) return;
      await dispatcher.restoreRevision(name, before.revision);
      this.#promised(cluster, (spec) => _.isEqual(spec, before.spec), `revision ${before.revision}`);
    });
  }

  /** Where a job cannot be stopped with a savepoint somebody has to decide: not to wait for it, or to do with a checkpoint. */
  decide(): void {
    const { books, chance } = this.parts;
    for (const record of books.clusters.values()) {
      const cluster = this.operator.clusters.get(record.name);
      if (cluster?.there !== 'yes' || whyUpdateStopped(record) === undefined) continue;
      if (chance.oneIn(2)) void this.#steer(cluster, 'hasten');
      else
        void this.asking.ask(`does without savepoints in ${record.name}`, async (dispatcher) => {
          await dispatcher.updateCluster(record.name, record.spec, { jobs: 'checkpoint' });
        });
    }
  }

  /** Whoever holds an update up lets it go on in the end. */
  #hold(cluster: PromisedCluster): void {
    this.#steer(cluster, 'hold');
    this.parts.time.after(this.parts.chance.between(2_000, 25_000), () =>
      this.asking.persist(
        () => this.#steer(cluster, 'go-on'),
        () => undefined,
      ),
    );
  }

  /** True when there is nothing left to wish for. */
  #steer({ name }: PromisedCluster, act: UpdateAct): Promise<boolean> {
    let isOver = false;
    return this.asking
      .askHouse(`of the update of ${name}: ${act}`, async ({ runtime }) => {
        const record = runtime.cluster(name as ClusterName);
        isOver = record === undefined || record.goal === 'delete' || !isBeingUpdated(record);
        if (!isOver) await runtime.submit({ kind: 'steer-update', cluster: name as ClusterName, act });
      })
      .then((done) => done || isOver);
  }

  #promised(cluster: PromisedCluster, isIt: (spec: object) => boolean, what: string): void {
    const written = cluster.deletionAsked || (this.parts.books.specsOf.get(cluster.name) ?? []).some(isIt);
    this.asking.mustBeWritten(written, `an update of ${cluster.name} to ${what}`);
  }

  /** By what it concerns: everybody, one part, how many there are. */
  #change({ least, taskManagers }: PromisedCluster): Change {
    const { chance } = this.parts;
    const fixed = { taskManagers: { mode: 'fixed', count: chance.whole(1, taskManagers + 1) } } as const;
    const changes: readonly Change[] = [
      { environment: { REVISED: String(++this.#numbered) } },
      { jobManager: { memoryMiB: chance.pick([1024, 1280, 1536]) ?? 1024 } },
      { taskManager: { memoryMiB: chance.pick([1536, 1728, 2048]) ?? 1728 } },
      { taskManager: { memoryMiB: chance.pick([1536, 1728, 2048]) ?? 1728 } },
      { flink: chance.pick(versions) ?? versions[0] },
      least === undefined ? fixed : { placement: { priority: chance.whole(1, 9) } },
    ];
    return chance.pick(changes) ?? {};
  }
}

const versions = [
  { version: '2.3.0', home: '/opt/flink' },
  { version: '2.2.1', home: '/opt/flink-2.2.1' },
] as const;
