/** What constraints ask of an agent: where it is, and what its operators say of it. */
export interface Located {
  readonly id: string;
  readonly hostname: string;
  /** As text, by name. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly zone?: string;
}

/** `hostname` or `@hostname`, `@agent`, `@region`, `@zone`, or the name of an attribute. */
export function fieldOf({ id, hostname, attributes, region, zone }: Located, field: string): string | undefined {
  switch (field) {
    case 'hostname':
    case '@hostname':
      return hostname;
    case '@agent':
      return id;
    case '@region':
      return region;
    case '@zone':
      return zone;
    default:
      return attributes !== undefined && Object.hasOwn(attributes, field) ? attributes[field] : undefined;
  }
}
