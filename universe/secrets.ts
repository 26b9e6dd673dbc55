/**
 * The secrets of an app: each option that names one in the secret store, and what it becomes for Marathon. A template has no
 * word for "a comma if something came before", so the two lists of them are written here, and the template names them as partials.
 */

/** By the option; each is a file below `secrets/` of the sandbox, with this name. */
const files: readonly (readonly [string, string])[] = [
  ['service.principal_secret', 'principal'],
  ['service.token_secret', 'token'],
  ['service.read_token_secret', 'read-token'],
  ['security.api_tls.cert_secret', 'api-cert'],
  ['security.api_tls.key_secret', 'api-key'],
  ['security.api_tls.ca_secret', 'api-ca'],
  ['security.kerberos.keytab_secret', 'keytab'],
  ['security.ssl.keystore_secret', 'keystore'],
  ['security.ssl.truststore_secret', 'truststore'],
  ['security.ssl.keystore_password_secret', 'keystore-password'],
  ['security.ssl.key_password_secret', 'key-password'],
  ['security.ssl.truststore_password_secret', 'truststore-password'],
];

/** DC/OS hands this one over in a variable. */
const account = ['service.service_account_secret', 'service-account'] as const;

interface Item {
  /** The tag of the section that it stands in. */
  readonly when: `#${string}` | `^${string}`;
  readonly text: string;
}

const stateVolume: Item = {
  when: '^zookeeper.uri',
  text: '{ "containerPath": "state", "mode": "RW", "persistent": { "type": "root", "size": {{service.state_disk}} } }',
};

export const partials: Readonly<Record<string, string>> = {
  secrets: separated(
    [...files, account].map(([option, name]) => ({
      when: `#${option}`,
      text: `"${name}": { "source": "{{${option}}}" }`,
    })),
  ),
  volumes: separated([
    stateVolume,
    ...files.map(
      ([option, name]): Item => ({
        when: `#${option}`,
        text: `{ "containerPath": "secrets/${name}", "secret": "${name}" }`,
      }),
    ),
  ]),
};

/** Each item that is there, with a comma before it if any other is. */
function separated(items: readonly Item[]): string {
  return items.map(({ when, text }, index) => section(when, `${commaAfter(items.slice(0, index))}${text}`)).join('\n');
}

/** Once, whichever of them is there. */
function commaAfter([first, ...others]: readonly Item[]): string {
  if (first === undefined) return '';
  return section(first.when, ',') + (others.length === 0 ? '' : section(opposite(first.when), commaAfter(others)));
}

function section(when: Item['when'], content: string): string {
  return `{{${when}}}${content}{{/${when.slice(1)}}}`;
}

function opposite(when: Item['when']): Item['when'] {
  return when.startsWith('#') ? `^${when.slice(1)}` : `#${when.slice(1)}`;
}
