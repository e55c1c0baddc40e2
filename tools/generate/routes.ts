import { banner } from './banner.ts';
import { byteFields } from './byte-fields.ts';
import { dereference } from './reference.ts';
import type { JsonSchema, MethodSchema, Schemas } from './schemas.ts';

/** How the text of a path or query parameter is read; what is no scalar is JSON in it. */
export type ParameterKind = 'text' | 'integer' | 'boolean' | 'json';

type Parameters = Readonly<Record<string, ParameterKind>>;

/** One method over HTTP. */
export interface Route {
  readonly method: string;
  readonly verb: string;
  readonly path: string;
  readonly status: number;
  readonly perConnection: boolean;
  readonly inPath: Parameters;
  readonly inQuery: Parameters;
  /** The other params are members of a JSON body. */
  readonly hasBody: boolean;
  /** The param that may be the whole body, as it is; the others are then in the query. */
  readonly rawParam?: string;
  /** The only member of the result, which may be the whole answer. */
  readonly rawResult?: string;
  /** `Idempotency-Key` names the change. */
  readonly isChange: boolean;
  /** `If-Match` names the state of what is changed. */
  readonly isConditional: boolean;
  /** The result holds the record, whose ETag the answer carries. */
  readonly hasEtag: boolean;
}

/** Resources whose records have a revision, and what those are called. */
const hasState: ReadonlySet<MethodSchema['resource']> = new Set(['key-name', 'pkcs11-object']);
const revised = /\/(KeyRecord|Pkcs11Object)$/;

const bodyVerbs = new Set(['POST', 'PUT', 'PATCH']);

/** The routes of all methods that have one. */
export function routesOf(schemas: Schemas): Route[] {
  return schemas.methods.flatMap((method) => (method.rest === null ? [] : [routeOf(method, method.rest, schemas)]));
}

function routeOf(schema: MethodSchema, rest: NonNullable<MethodSchema['rest']>, schemas: Schemas): Route {
  const { verb, path, status = 200, perConnection = false } = rest;
  const params = propertiesOf(schema.params);
  const pathNames = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const others = Object.keys(params).filter((name) => !pathNames.includes(name) && name !== 'requestId');
  const hasBody = bodyVerbs.has(verb);
  const rawParam = hasBody ? onlyBytes(schema.params, schemas) : undefined;
  const kinds = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, kindOf(params[name] ?? {}, schemas)]));
  return {
    method: schema.method,
    verb,
    path,
    status,
    perConnection,
    inPath: kinds(pathNames),
    inQuery: kinds(hasBody ? others.filter((name) => rawParam !== undefined && name !== rawParam) : others),
    hasBody: hasBody && others.length > 0,
    ...(rawParam !== undefined && { rawParam }),
    ...rawResultOf(schema.result, schemas),
    isChange: 'requestId' in params,
    isConditional: hasState.has(schema.resource) && schema.effect === 'change',
    hasEtag: revised.test(propertiesOf(schema.result).record?.$ref?.toString() ?? ''),
  };
}

function rawResultOf(result: JsonSchema, schemas: Schemas): Pick<Route, 'rawResult'> {
  const rawResult = onlyBytes(result, schemas);
  return rawResult !== undefined && Object.keys(propertiesOf(result)).length === 1 ? { rawResult } : {};
}

/** The only member that holds bytes; undefined where there are several or none. */
function onlyBytes(schema: JsonSchema, schemas: Schemas): string | undefined {
  const [field, ...others] = byteFields(schema, schemas).filter(({ path }) => path.length === 1);
  return others.length === 0 ? field?.path[0] : undefined;
}

function kindOf(schema: JsonSchema, schemas: Schemas): ParameterKind {
  const { type, anyOf, enum: names } = dereference(schema, schemas);
  if (type === 'integer' || type === 'boolean') return type;
  if (type === 'string' || names !== undefined) return 'text';
  const branches = (anyOf ?? []) as readonly JsonSchema[];
  const isText = branches.length > 0 && branches.every((branch) => kindOf(branch, schemas) === 'text');
  return isText ? 'text' : 'json';
}

export function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema.properties ?? {}) as Record<string, JsonSchema>;
}

const types = `/** How the text of a path or query parameter is read; what is no scalar is JSON in it. */
export type ParameterKind = 'text' | 'integer' | 'boolean' | 'json';

/** One method over HTTP. */
export interface Route {
  readonly method: MethodName;
  readonly verb: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** With \`{param}\` for each parameter that stands in it. */
  readonly path: string;
  /** Of success. */
  readonly status: number;
  /** What it makes, takes or raises dies with its connection: it is refused. */
  readonly perConnection: boolean;
  readonly inPath: Readonly<Record<string, ParameterKind>>;
  readonly inQuery: Readonly<Record<string, ParameterKind>>;
  /** The other params are members of a JSON body. */
  readonly hasBody: boolean;
  /** The param that may be the whole body, as it is; the others are then in the query. */
  readonly rawParam?: string;
  /** The only member of the result, which may be the whole answer. */
  readonly rawResult?: string;
  /** \`Idempotency-Key\` names the change. */
  readonly isChange: boolean;
  /** \`If-Match\` names the state of what is changed. */
  readonly isConditional: boolean;
  /** The result holds the record, whose ETag the answer carries. */
  readonly hasEtag: boolean;
}
`;

/** What the REST adapter knows of each method. */
export function routesModule(schemas: Schemas): string {
  return `${banner}import type { MethodName } from './types.ts';

${types}
export const routes: readonly Route[] = ${JSON.stringify(routesOf(schemas), null, 2)};
`;
}
