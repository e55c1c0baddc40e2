import schema from '../../../schemas/config.json' with { type: 'json' };

/** How the text of an environment variable becomes a value. */
export type SettingKind = 'text' | 'number' | 'boolean' | 'list' | 'socket' | 'sockets';

/** One value that the configuration of `ferrohsm serve` knows, by all its names. */
export interface Setting {
  /** In the file, for example `network.tls.key`. */
  readonly key: string;
  /** For example `--tls-key`. */
  readonly flag: string;
  /** As commander hands the flag over, for example `tlsKey`. */
  readonly option: string;
  /** For example `FERROHSM_NETWORK_TLS_KEY`. */
  readonly environment: string;
  readonly kind: SettingKind;
  readonly description: string;
  /** What counts when nobody says anything; undefined when it is off or depends on others. */
  readonly default: unknown;
  /** The same in words, where it depends on others. */
  readonly defaultText: string | undefined;
  readonly example: unknown;
  /** Taken on SIGHUP. */
  readonly isReloaded: boolean;
  /** Group of which whoever says anything says all. */
  readonly whole: string | undefined;
}

/** What a node of schemas/config.json may say. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly 'x-flag'?: string;
  readonly 'x-path'?: boolean;
  readonly 'x-whole'?: boolean;
  readonly 'x-reload'?: boolean;
  readonly 'x-form'?: string;
  readonly 'x-default'?: string;
}

/** With the definitions in the places that refer to them. */
export const configSchema: SchemaNode = withDefinitions(schema) as SchemaNode;

/** All of them, in the order of the schema. */
export const settings: readonly Setting[] = [...settingsBelow(configSchema, '', undefined)];

function* settingsBelow(group: SchemaNode, prefix: string, whole: string | undefined): Generator<Setting> {
  for (const [name, node] of Object.entries(group.properties ?? {})) {
    const key = prefix + name;
    if (node['x-flag'] === undefined) yield* settingsBelow(node, `${key}.`, node['x-whole'] ? key : whole);
    else yield settingOf(key, node, node['x-flag'], whole);
  }
}

function settingOf(key: string, node: SchemaNode, flag: string, whole: string | undefined): Setting {
  return {
    key,
    flag,
    option: flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    environment: `FERROHSM_${key.replaceAll(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase()}`,
    kind: kindOf(node),
    description: node.description ?? '',
    default: node.default,
    defaultText: node['x-default'],
    example: node.examples?.[0] ?? node.default,
    isReloaded: node['x-reload'] === true,
    whole,
  };
}

function kindOf({ type, items }: SchemaNode): SettingKind {
  if (type === 'integer') return 'number';
  if (type === 'boolean') return 'boolean';
  if (type === 'object') return 'socket';
  if (type === 'array') return items?.type === 'object' ? 'sockets' : 'list';
  return 'text';
}

function withDefinitions(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withDefinitions);
  if (typeof node !== 'object' || node === null) return node;
  const { $ref: reference, ...members } = node as Readonly<Record<string, unknown>>;
  const definition = reference === '#/$defs/socket' ? schema.$defs.socket : {};
  return Object.fromEntries(
    Object.entries({ ...definition, ...members }).map(([name, member]) => [name, withDefinitions(member)]),
  );
}
