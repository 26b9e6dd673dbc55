/** Sets of options for the package: each option given or left out, with values that have broken templates before. */
import fc from 'fast-check';
import _ from 'lodash';
import type { ConfigSchema } from '../../../universe/package.ts';
import { mergeOptions, type Options, validateOptions } from '../../../universe/render.ts';

/** Every option with its path, `service.name`. */
export function leaves(schema: ConfigSchema, path: readonly string[] = []): [string, ConfigSchema][] {
  if (schema.properties === undefined) return [[path.join('.'), schema]];
  return Object.entries(schema.properties).flatMap(([name, member]) => leaves(member, [...path, name]));
}

/** Texts that have broken templates before. */
const nasty = fc.oneof(
  fc.constantFrom('', 'false', '{{service.name}}', '"', '\\', 'a"b\\c', '\n', '<&>', "it's", '0', '[]'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

const duration = fc.constantFrom('0s', '90s', '10m', '500ms');

const withPattern: Record<string, fc.Arbitrary<string>> = {
  'service.unreachable_timeout': duration,
  'flink.class_archives': fc.constantFrom('none', '/var/tmp'),
  'flink.image_flink': fc.constantFrom('', '2.3.0@/opt/flink'),
  'flink.virtual_network_name': fc.constantFrom('', 'dcos'),
  'zookeeper.session_timeout': duration,
  'zookeeper.uri': fc.constantFrom('', 'zk://zk-1:2181,zk-2:2181/flink'),
  'flink.clusters': fc.constantFrom('', 'default', 'a,b-2'),
  'service.name': fc.constantFrom('flink', '/prod/flink', 'a', 'prod/flink-2', 'x.y'),
  'service.dcos_url': fc.constantFrom('', 'https://master.mesos', 'http://10.0.0.1:8080'),
  'mesos.masters': fc.constantFrom(
    'zk://a:2181,b:2181/mesos',
    'leader.mesos:5050',
    'a:1,b:2',
    '10.0.0.1:5050,10.0.0.2:5050',
  ),
  'flink.storage': fc.constantFrom('file:///shared', 's3://bucket/flink', 'hdfs:/flink'),
  'flink.distribution_directory': fc.constantFrom('flink-1.20.5', 'flink'),
};

function valueFor(path: string, schema: ConfigSchema): fc.Arbitrary<unknown> {
  const { type, minimum = 0, maximum = minimum + 1_000_000, minLength = 0 } = schema;
  const known = withPattern[path];
  if (known !== undefined) return known;
  if (schema.pattern !== undefined) throw new Error(`${path} has a pattern, and no samples here`);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (path === 'service.constraints') {
    const value = fc.string({ maxLength: 5 });
    return fc.array(fc.tuple(fc.constantFrom('hostname', 'zone'), fc.constantFrom('UNIQUE', 'LIKE', 'IS'), value));
  }
  if (path.endsWith('.virtual_network_labels')) {
    const label = { name: fc.constantFrom('zone', 'a.b/c'), value: fc.constantFrom('inner', '2') };
    return fc.uniqueArray(fc.record(label), { selector: ({ name }) => name });
  }
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: minimum, max: maximum });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'string':
      return nasty.filter((text) => text.length >= minLength);
    default:
      throw new Error(`${path}: nothing is known of ${type}`);
  }
}

/** Any set of options: each is given or left out. Those that do not fit the schema are none. */
export function optionSetsOf(config: ConfigSchema, needed: Options): fc.Arbitrary<Options> {
  const all = leaves(config);
  return fc
    .tuple(...all.map(([path, schema]) => fc.option(valueFor(path, schema), { nil: undefined })))
    .map((values) => {
      const options: Record<string, unknown> = {};
      all.forEach(([path], index) => {
        if (values[index] !== undefined) _.set(options, path, values[index]);
      });
      return _.merge({}, needed, options) as Options;
    })
    .filter((options) => validateOptions(config, mergeOptions(config, options)).length === 0);
}
