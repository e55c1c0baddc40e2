import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface MethodSchema {
  readonly method: string;
  readonly summary: string;
  readonly description?: string;
  readonly effect: 'pure' | 'change' | 'release';
  readonly approvalFloor: number;
  readonly allowedWhileSealed: boolean;
  readonly action: string;
  readonly resource:
    | 'key'
    | 'key-name'
    | 'named-key'
    | 'new-key'
    | 'approval'
    | 'pkcs11-object'
    | 'new-pkcs11-object'
    | 'session'
    | 'system';
  /** The parameter that names the key. */
  readonly key?: string;
  /** Parameters that name further keys, and the action that each is authorized for. */
  readonly otherKeys?: readonly { readonly param: string; readonly action: string }[];
  readonly audit: {
    readonly fields: readonly string[];
    /** Fields that name people: they are kept beside the log. */
    readonly personal?: readonly string[];
    readonly digests: readonly string[];
    /** A read that uses no key: a policy may say that it leaves no record. */
    readonly optional?: boolean;
  };
  readonly rest: {
    readonly verb: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
    /** With `{param}` for each parameter that stands in it. */
    readonly path: string;
    /** Status of success, default 200. */
    readonly status?: number;
    /** What it makes, takes or raises dies with its connection: it is refused over REST. */
    readonly perConnection?: boolean;
  } | null;
  readonly params: JsonSchema & { readonly title: string };
  readonly result: JsonSchema & { readonly title: string };
  readonly errors: readonly string[];
}

export interface ErrorEntry {
  readonly code: string;
  readonly number: number;
  readonly message: string;
  readonly hint: string;
  readonly dom: string;
  readonly http: number;
  readonly ckr: string;
  readonly exitStatus: number;
  readonly retryable: boolean;
}

export interface Schemas {
  readonly methods: readonly MethodSchema[];
  /** Schemas of `objects/` by their title. */
  readonly objects: ReadonlyMap<string, JsonSchema>;
  readonly errors: readonly ErrorEntry[];
}

/** Reads `schemas/` and rewrites every file reference to `#/<section>/<Title>`. */
export function readSchemas(folder: string, section: string): Schemas {
  const files = readFolder(join(folder, 'objects'));
  const titles = new Map([...files].map(([file, schema]) => [file, String(schema.title)]));
  const resolve = (schema: JsonSchema) => rewriteReferences(schema, titles, section);
  return {
    objects: new Map([...files].map(([file, schema]) => [String(titles.get(file)), strip(resolve(schema))])),
    methods: [...readFolder(join(folder, 'methods')).values()].map(
      (schema) => resolve(schema) as unknown as MethodSchema,
    ),
    errors: JSON.parse(readFileSync(join(folder, 'errors.json'), 'utf8')) as ErrorEntry[],
  };
}

function readFolder(folder: string): Map<string, JsonSchema> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonSchema]));
}

function rewriteReferences(node: JsonSchema, titles: ReadonlyMap<string, string>, section: string): JsonSchema {
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, key === '$ref' ? target(member) : rewrite(member)]),
    );
  };
  const target = (reference: unknown): string => {
    const title = titles.get(basename(String(reference)));
    if (title === undefined) throw new Error(`schemas: no object for the reference ${String(reference)}`);
    return `#/${section}/${title}`;
  };
  return rewrite(node) as JsonSchema;
}

/** The members that identify the file are of no use inside a bundle. */
function strip({ $schema, $id, ...rest }: JsonSchema): JsonSchema {
  return rest;
}
