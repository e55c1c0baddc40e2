import { dereference } from './reference.ts';
import type { JsonSchema, Schemas } from './schemas.ts';

/** Where a message holds bytes: member names from the root, `*` for each element of an array. */
export interface ByteField {
  readonly path: readonly string[];
  readonly secret: boolean;
}

/** The byte fields below a schema, in document order. */
export function byteFields(schema: JsonSchema, schemas: Schemas, path: readonly string[] = []): ByteField[] {
  const found = collect(schema, schemas, path);
  const unique = new Map(found.map((field) => [field.path.join('.'), field]));
  return [...unique.values()];
}

function collect(schema: JsonSchema, schemas: Schemas, path: readonly string[]): ByteField[] {
  if (typeof schema.bytes === 'string') return [{ path, secret: schema.bytes === 'secret' }];
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  return [
    ...(typeof schema.$ref === 'string' ? collect(dereference(schema, schemas), schemas, path) : []),
    ...branches.flatMap((branch) => collect(branch as JsonSchema, schemas, path)),
    ...properties.flatMap(([name, member]) => collect(member, schemas, [...path, name])),
    ...(schema.items === undefined ? [] : collect(schema.items as JsonSchema, schemas, [...path, '*'])),
  ];
}
