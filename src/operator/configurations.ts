/**
 * Which configuration the service follows. Each that was ever taken is kept under an id. What the scheduler is started with
 * becomes the target if it may follow the one before; otherwise that one stays, and the plans say what is wrong (as
 * dcos-commons does). Starting with the options of before is the way back.
 */
import _ from 'lodash';
import type { EpochMs } from '../lib/brand.ts';
import type { ConfigurationRecord } from '../runtime/load-records.ts';
import type { RecordWrite } from '../scheduler/model/records.ts';

export interface Configurations {
  readonly all: readonly ConfigurationRecord[];
  readonly target: ConfigurationRecord;
  /** Of the options that were refused. */
  readonly errors: readonly string[];
}

export interface Candidate {
  readonly options: ConfigurationRecord['options'];
  /** What speaks against following this one, in sentences. */
  readonly judge: (before: ConfigurationRecord['options']) => readonly string[];
  readonly newId: () => string;
  readonly at: EpochMs;
}

/** The key in the collection `settings`. */
export const targetKey = 'target-configuration';
const MOST_KEPT = 50;

export function settleConfiguration(
  known: readonly ConfigurationRecord[],
  targetId: unknown,
  { options, judge, newId, at }: Candidate,
): Configurations & { readonly writes: readonly RecordWrite[] } {
  const before = known.find(({ id }) => id === targetId);
  if (before !== undefined && _.isEqual(before.options, options)) {
    return { all: known, target: before, errors: [], writes: [] };
  }
  const errors = before === undefined ? [] : judge(before.options);
  if (before !== undefined && errors.length > 0) return { all: known, target: before, errors, writes: [] };
  const again = known.find((each) => _.isEqual(each.options, options));
  const target = again ?? { version: 1, id: newId(), at, options };
  const all = [...known.filter((each) => each !== target), target];
  const [kept, dropped] = [all.slice(-MOST_KEPT), all.slice(0, -MOST_KEPT)];
  const writes: RecordWrite[] = [
    { kind: 'put', collection: 'settings', key: targetKey, value: target.id },
    ...(again === undefined ? [{ kind: 'put', ...place(target), value: target } as const] : []),
    ...dropped.map((each) => ({ kind: 'delete', ...place(each) }) as const),
  ];
  return { all: kept, target, errors: [], writes };
}

function place({ id }: ConfigurationRecord) {
  return { collection: 'configurations', key: id } as const;
}
