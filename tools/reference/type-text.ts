import type { JsonSchema } from '../generate/schemas.ts';
import { code } from './table.ts';

/** What a schema lets in, in words: of an object the word alone, its members are rows of their own. */
export function typeText(schema: JsonSchema): string {
  const text = kindText(schema);
  return schema.default === undefined ? text : `${text}; default ${code(JSON.stringify(schema.default))}`;
}

function kindText(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') return objectLink(schema.$ref);
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum)) return alternatives(schema.enum.map((value) => code(String(value))));
  const branches = (schema.anyOf ?? schema.oneOf) as readonly JsonSchema[] | undefined;
  if (branches !== undefined) return alternatives(branches.map(typeText));
  if (schema.type === 'array') return `list of ${typeText(schema.items as JsonSchema)}${extent(schema, 'Items')}`;
  if (schema.type === 'string') return `text${patternOf(schema)}${extent(schema, 'Length')}`;
  if (schema.type === 'object') return mapText(schema);
  return `${schema.type ?? 'any JSON'}${extent(schema, 'imum')}`;
}

/** `#/section/KeyName` as a link to the page of objects. */
function objectLink(reference: string): string {
  const title = reference.slice(reference.lastIndexOf('/') + 1);
  return `[${title}](objects.md#${title.toLowerCase()})`;
}

function alternatives(texts: readonly string[]): string {
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} or ${last}`;
}

function mapText({ additionalProperties: values, properties }: JsonSchema): string {
  const isMap = properties === undefined && typeof values === 'object';
  return isMap ? `map of ${typeText(values as JsonSchema)}` : 'object';
}

function patternOf({ pattern, format }: JsonSchema): string {
  if (typeof pattern === 'string') return ` ${code(pattern)}`;
  return typeof format === 'string' ? ` (${format})` : '';
}

/** `minimum` and `maximum`, `minItems` and `maxItems`, and so on. */
function extent(schema: JsonSchema, suffix: string): string {
  const [least, most] = [schema[`min${suffix}`], schema[`max${suffix}`]];
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}`;
  if (least !== undefined) return `, at least ${least}`;
  return most === undefined ? '' : `, at most ${most}`;
}
