/** One specification laid over another: what it names counts, what it leaves out stays. */
import _ from 'lodash';

/** Field by field; lists, and the fields that `whole` names, as a whole. Changes neither. */
export function overlay<Value extends object>(base: object, over: Value, whole: readonly string[]): Value {
  return _.mergeWith({}, base, over, (_base: unknown, own: unknown, key: string) =>
    Array.isArray(own) || whole.includes(key) ? own : undefined,
  );
}
