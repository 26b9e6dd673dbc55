/** What the schedulers under test and the one who kills them tell each other. */
import type { EpochMs } from '../../src/lib/brand.ts';
import type { Crash } from './points.ts';

export interface MemberOptions {
  readonly zooKeeper: string;
  readonly root: string;
  readonly mesosMaster: string;
  /** Each task appends its id when it starts. */
  readonly startsFile: string;
  readonly name: string;
  readonly seed: number;
  readonly startedAt: EpochMs;
  readonly crash?: Crash;
}

export interface FoundCluster {
  readonly name: string;
  readonly goal: 'run' | 'delete';
  /** How many tasks of it were ever meant to be launched: their ids are numbered. */
  readonly launches: number;
}

export type FromMember =
  | { readonly kind: 'standby' }
  /** What it found in the store. */
  | { readonly kind: 'leads'; readonly clusters: readonly FoundCluster[] }
  | { readonly kind: 'subscribed'; readonly frameworkId: string }
  /** All clusters are as they should be: these tasks run and no other. It does nothing until it is told to go on. */
  | { readonly kind: 'settled'; readonly tasks: readonly string[] }
  /** The wish is durable. */
  | { readonly kind: 'created' | 'deleted'; readonly cluster: string }
  | { readonly kind: 'asks-deletion'; readonly cluster: string };

export type ToMember = { readonly kind: 'go-on' } | { readonly kind: 'clear' };
