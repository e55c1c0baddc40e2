import { compile } from 'json-schema-to-typescript';
import { banner } from './banner.ts';
import type { JsonSchema, Schemas } from './schemas.ts';

/** TypeScript types of all objects, params and results; byte fields get the type that the package holds them in. */
export async function typesModule(
  schemas: Schemas,
  byteTypes: { public: string; secret: string },
  head = '',
): Promise<string> {
  const shapes = schemas.methods.flatMap((method) => [method.params, method.result]);
  const definitions = Object.fromEntries([
    ...[...schemas.objects].map(([title, schema]) => [title, withByteType(schema, byteTypes)]),
    ...shapes.map((schema) => [schema.title, schema]),
  ]);
  const root = bareReferences({
    title: 'Schemas',
    type: 'object',
    definitions,
    properties: {},
    additionalProperties: false,
  });
  const source = await compile(root as never, 'Schemas', {
    bannerComment: '',
    unreachableDefinitions: true,
    maxItems: -1,
    format: false,
    additionalProperties: false,
  });
  const tidy = source
    .replace(/export interface Schemas \{\s*\}\n/, '')
    .replace(/\n? \* This interface was referenced by `Schemas`'s JSON-Schema\n \* via the `definition` "[^"]+"\./g, '')
    .replace(/\n *\* @(min|max)Items \d+/g, '')
    .replace(/\n \* ?(?=\n \*\/)/g, '')
    .replace(/\/\*\*\s*\*\/\n/g, '');
  return `${banner}${head}${tidy}\n${methodMap(schemas)}`;
}

/** A description beside a reference would make the compiler write a second alias of the type. */
function bareReferences(node: JsonSchema): JsonSchema {
  const bare = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(bare);
    if (value === null || typeof value !== 'object') return value;
    if ('$ref' in value) return { $ref: value.$ref };
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, bare(member)]));
  };
  return bare(node) as JsonSchema;
}

function withByteType(schema: JsonSchema, byteTypes: { public: string; secret: string }): JsonSchema {
  const { bytes, anyOf, ...rest } = schema;
  if (bytes !== 'public' && bytes !== 'secret') return schema;
  return { ...rest, tsType: byteTypes[bytes] };
}

function methodMap(schemas: Schemas): string {
  const rows = schemas.methods.map(
    ({ method, summary, params, result }) =>
      `  /** ${summary}. */\n  '${method}': { params: ${params.title}; result: ${result.title} };`,
  );
  return `/** Params and result of every RPC method. */\nexport interface MethodTypes {\n${rows.join('\n')}\n}\n\nexport type MethodName = keyof MethodTypes;\n`;
}
