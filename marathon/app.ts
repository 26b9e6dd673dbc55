/**
 * A Marathon app as far as ours use it, and how the values are put in. The fields are those of Marathon's
 * docs/docs/rest-api/public/api/v2/types (1.5 and later); app.schema.json has them all.
 */
import Mustache from 'mustache';

export interface MarathonApp {
  readonly id: string;
  readonly cmd?: string;
  readonly args?: readonly string[];
  readonly user?: string;
  readonly cpus?: number;
  readonly mem?: number;
  readonly disk?: number;
  readonly instances?: number;
  readonly constraints?: readonly (readonly string[])[];
  readonly env?: Readonly<Record<string, string | { readonly secret: string }>>;
  readonly secrets?: Readonly<Record<string, { readonly source: string }>>;
  readonly fetch?: readonly Fetch[];
  readonly networks?: readonly {
    readonly mode: string;
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
  readonly portDefinitions?: readonly PortDefinition[];
  readonly container?: Container;
  readonly healthChecks?: readonly HealthCheck[];
  readonly upgradeStrategy?: { readonly minimumHealthCapacity: number; readonly maximumOverCapacity: number };
  readonly taskKillGracePeriodSeconds?: number;
  readonly backoffSeconds?: number;
  readonly backoffFactor?: number;
  readonly maxLaunchDelaySeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Fetch {
  readonly uri: string;
  readonly extract?: boolean;
  readonly executable?: boolean;
  readonly cache?: boolean;
  readonly destPath?: string;
}

export interface PortDefinition {
  readonly port: number;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Container {
  readonly type: 'MESOS' | 'DOCKER';
  readonly docker?: { readonly image: string };
  readonly volumes?: readonly Volume[];
  readonly portMappings?: readonly { readonly containerPort: number; readonly name?: string }[];
}

export interface Volume {
  readonly containerPath: string;
  readonly mode?: 'RW' | 'RO';
  readonly persistent?: { readonly size?: number };
  readonly secret?: string;
}

export interface HealthCheck {
  readonly protocol: string;
  readonly path?: string;
  readonly portIndex?: number;
  readonly gracePeriodSeconds?: number;
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly maxConsecutiveFailures?: number;
}

/** The names that a template asks for. */
export function placeholders(template: string): string[] {
  return [...new Set(Mustache.parse(template).flatMap(([kind, name]) => (kind === 'text' ? [] : [name])))];
}

/** All of them must be given; what is given stands in JSON strings. */
export function fillApp(template: string, values: Readonly<Record<string, string>>): MarathonApp {
  const missing = placeholders(template).filter((name) => !values[name]);
  if (missing.length > 0) throw new Error(`these values are missing: ${missing.join(', ')}`);
  const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
  return JSON.parse(Mustache.render(template, values, {}, { escape: inJson })) as MarathonApp;
}
