/**
 * Would Marathon take this app? Its form (app.schema.json), and the rules between fields that Marathon's validation has.
 * Answers in sentences; none is none.
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { MarathonApp } from './app.ts';

const schema = JSON.parse(readFileSync(new URL('app.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  strictTuples: false,
  strictRequired: false,
}).compile(schema);

export function checkApp(app: unknown): string[] {
  if (!validate(app)) return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message}`);
  return rules.flatMap((rule) => rule(app as MarathonApp));
}

type Rule = (app: MarathonApp) => string[];

const rules: readonly Rule[] = [
  ({ cmd, args, container }) => {
    if (cmd !== undefined && args !== undefined) return ['cmd and args exclude each other'];
    return cmd === undefined && args === undefined && container?.docker === undefined
      ? ['cmd, args or an image is needed']
      : [];
  },
  ({ labels, instances = 1, upgradeStrategy: upgrade }) => {
    if (labels?.MARATHON_SINGLE_INSTANCE_APP !== 'true') return [];
    const atMostOne = instances > 1 ? ['a single-instance app has one instance at most'] : [];
    const both = [upgrade?.minimumHealthCapacity, upgrade?.maximumOverCapacity];
    return both.every((capacity) => capacity === 0)
      ? atMostOne
      : [...atMostOne, 'a single-instance app has an upgradeStrategy of 0 and 0'];
  },
  ({ container, upgradeStrategy }) =>
    container?.volumes?.some((volume) => volume.persistent !== undefined) && upgradeStrategy?.maximumOverCapacity !== 0
      ? ['an app with a persistent volume has a maximumOverCapacity of 0']
      : [],
  ({ env = {}, container, secrets = {} }) => {
    const inEnv = Object.values(env).flatMap((value) => (typeof value === 'string' ? [] : [value.secret]));
    const inVolumes = container?.volumes?.flatMap(({ secret }) => (secret === undefined ? [] : [secret])) ?? [];
    const used = [...inEnv, ...inVolumes];
    return [
      ...used.filter((name) => secrets[name] === undefined).map((name) => `the secret ${name} is not defined`),
      ...Object.keys(secrets)
        .filter((name) => !used.includes(name))
        .map((name) => `the secret ${name} is not used`),
      ...(inVolumes.length > 0 && container?.type !== 'MESOS'
        ? ['secrets as files need a container of type MESOS']
        : []),
    ];
  },
  ({ healthChecks = [], portDefinitions, container }) => {
    const ports = (portDefinitions ?? container?.portMappings ?? []).length;
    return healthChecks
      .filter(({ portIndex }) => portIndex !== undefined && portIndex >= ports)
      .map(({ portIndex }) => `a health check names port ${portIndex}, and there are ${ports}`);
  },
  ({ networks = [], portDefinitions, container }) => {
    const onHost = networks.every(({ mode }) => mode === 'host');
    if (!onHost && portDefinitions !== undefined) return ['portDefinitions are for the network of the host'];
    return onHost && container?.portMappings !== undefined ? ['portMappings are for networks of containers'] : [];
  },
];
