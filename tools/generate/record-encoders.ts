import { banner } from './banner.ts';
import type { JsonSchema, Schemas } from './schemas.ts';

/** The only pattern that an encoded object has. */
const base64url = '^[A-Za-z0-9_-]{43}$';

/** Function of `CanonicalText` for a JSON type; text for all others. */
const writers: ReadonlyMap<unknown, string> = new Map([
  ['integer', 'number'],
  ['array', 'texts'],
  ['object', 'scalars'],
]);

/** Objects of the log that are written millions of times. */
const encoded = ['AuditRecord', 'AuditPersonal'];

const preamble = `/** Writes values as RFC 8785 asks. */
export interface CanonicalText {
  readonly text: (value: string) => string;
  readonly number: (value: number) => string;
  readonly texts: (values: readonly string[]) => string;
  readonly scalars: (values: Readonly<Record<string, string | number | boolean>>) => string;
}
`;

/**
 * Encoders for objects of the log with their members in the order of RFC 8785 section 3.2.3, written out: a generic
 * canonicalizer costs more than everything else that a record needs.
 */
export function recordEncoders(schemas: Schemas): string {
  const functions = encoded.map((title) => encoder(title, schemas.objects.get(title) ?? {}));
  return `${banner}import type { ${encoded.join(', ')} } from './types.ts';\n\n${preamble}\n${functions.join('\n')}`;
}

function encoder(title: string, schema: JsonSchema): string {
  const properties = schema.properties as Record<string, JsonSchema>;
  const required = new Set(schema.required as string[]);
  // RFC 8785 section 3.2.3 sorts by UTF-16 code units, which is what sort() does without a comparator.
  const members = Object.keys(properties)
    .sort()
    .map((name) => member(name, properties[name] ?? {}, required.has(name)));
  return `export function encode${title}(value: ${title}, write: CanonicalText): string {
  let members = '';
${members.join('\n')}
  return \`{\${members.slice(1)}}\`;
}
`;
}

function member(name: string, schema: JsonSchema, isRequired: boolean): string {
  const append = `members += \`,${JSON.stringify(name)}:${written(schema, `value.${name}`)}\`;`;
  return isRequired ? `  ${append}` : `  if (value.${name} !== undefined) ${append}`;
}

function written(schema: JsonSchema, value: string): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  // What is one of few words, or of base64url, needs no escape.
  if (schema.enum !== undefined || schema.pattern === base64url) return `"\${${value}}"`;
  return `\${write.${writers.get(schema.type) ?? 'text'}(${value})}`;
}
