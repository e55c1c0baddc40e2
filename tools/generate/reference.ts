import type { JsonSchema, Schemas } from './schemas.ts';

/** The schema itself, or the one of `objects/` that it refers to. */
export function dereference(schema: JsonSchema, schemas: Schemas): JsonSchema {
  if (typeof schema.$ref !== 'string') return schema;
  const target = schemas.objects.get(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1));
  if (target === undefined) throw new Error(`schemas: unresolved reference ${schema.$ref}`);
  return target;
}
