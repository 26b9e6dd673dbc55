/**
 * Records outlive the program that wrote them. Each says which version of its shape it has; here stands what leads from one to
 * the next, so that whoever reads a record sees the newest shape alone. A record is written in its new shape when it next
 * changes, and a scheduler of before refuses it then: it would drop what it does not know.
 */
import _ from 'lodash';
import { Problem } from '../lib/problem.ts';
import type { Collection } from '../scheduler/model/records.ts';
import type { StoredRecord } from '../store/store.ts';

type Shape = Readonly<Record<string, unknown>>;

/** The first of a list leads from version 1 to 2, the next from 2 to 3. Append only. */
export type Migrations = Readonly<Partial<Record<Collection, readonly ((record: Shape) => Shape)[]>>>;

/** No shape has changed so far in a way that asks for more than a member that may be missing. */
export const migrations: Migrations = {};

/** The record in its newest shape; refused where it is newer than we are, or no record of ours. */
export function newestShape(record: StoredRecord, steps: Migrations = migrations): Shape {
  const { collection, key, value } = record;
  const where = `record ${key} of ${collection}`;
  if (!_.isPlainObject(value)) throw new Problem('STORE_CORRUPT', `${where} is no object`);
  const found = value as Shape;
  const ahead = steps[collection as Collection] ?? [];
  const newest = ahead.length + 1;
  const { version } = found;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || version > newest) {
    const reads = newest === 1 ? 'version 1' : `versions 1 to ${newest}`;
    throw new Problem(
      'STORE_CORRUPT',
      `${where} has version ${JSON.stringify(version) ?? 'none'}, and this flink-mesos reads ${reads}: was it written by a newer one?`,
    );
  }
  const toGo = ahead.slice(version - 1);
  return toGo.reduce<Shape>((shape, step, index) => ({ ...step(shape), version: version + index + 1 }), found);
}
