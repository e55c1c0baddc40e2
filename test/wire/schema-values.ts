import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc, { type Arbitrary } from 'fast-check';

/** What of JSON Schema the files in schemas/ use. */
export interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | readonly ['integer', 'null'];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly bytes?: 'public' | 'secret';
}

export interface MethodSchema {
  readonly method: string;
  readonly params: Schema;
}

/** A place in a value, the schema of what is there. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly schema: Schema;
}

type Json = Readonly<Record<string, unknown>>;

const folder = join(import.meta.dirname, '../../schemas');
const objects = new Map(readFolder<Schema>('objects').map(([name, schema]) => [name, schema]));
const ajv = new Ajv2020({ strict: false });
for (const [name, schema] of objects) ajv.addSchema(schema, `https://schemas.test/objects/${name}`);

export const methods: readonly MethodSchema[] = readFolder<MethodSchema>('methods').map(([, schema]) => schema);

/** A second reading of the schema, besides the generated one of the sidecar. */
export function validatorOf({ method, params }: MethodSchema): ValidateFunction {
  return ajv.compile({ ...params, $id: `https://schemas.test/methods/${method}` });
}

/** What stands in for the values of a schema in schemas/objects, by the name of its file. */
export type Known = Readonly<Record<string, Arbitrary<unknown>>>;

/** Values that the schema allows; bytes stand in the text. */
export function valuesOf(schema: Schema, known: Known = {}): Arbitrary<unknown> {
  const instead = known[basename(schema.$ref ?? '')];
  if (instead !== undefined) return instead;
  const { anyOf, enum: names, type, pattern, items = {}, minItems = 0, minimum = 0, maximum = 1000 } = resolve(schema);
  if (isBytes(schema)) return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
  if (names !== undefined) return fc.constantFrom(...names);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((one) => valuesOf(one, known)));
  if (type === 'object') return objectsOf(resolve(schema), known);
  if (type === 'array') return fc.array(valuesOf(items, known), { minLength: minItems, maxLength: minItems + 2 });
  if (type === 'integer') return integersOf(minimum, maximum);
  if (Array.isArray(type)) return fc.option(integersOf(minimum, maximum));
  if (type === 'boolean') return fc.boolean();
  return pattern === undefined ? fc.string({ maxLength: 20 }) : fc.stringMatching(new RegExp(pattern));
}

/** Every place of a value that fits the schema, the outermost first. */
export function placesOf(schema: Schema, value: unknown, path: Place['path'] = []): Place[] {
  const here = { path, schema };
  const { properties = {}, items, anyOf = [] } = resolve(schema);
  if (isBytes(schema)) return [here];
  if (Array.isArray(value)) return [here, ...value.flatMap((item, at) => placesOf(items ?? {}, item, [...path, at]))];
  if (typeof value !== 'object' || value === null) return [here];
  const members = Object.assign({}, properties, ...anyOf.map((one) => resolve(one).properties)) as typeof properties;
  return [here, ...Object.entries(value).flatMap(([name, one]) => placesOf(members[name] ?? {}, one, [...path, name]))];
}

/** A copy of the value with something else at the place. */
export function withValueAt(value: unknown, [first, ...rest]: Place['path'], other: unknown): unknown {
  if (first === undefined) return other;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[first] = withValueAt(copy[first], rest, other);
  return copy;
}

export function isBytes(schema: Schema): boolean {
  return resolve(schema).bytes !== undefined;
}

/** Whether a value of the schema can hold bytes. */
export function mayHoldBytes(schema: Schema): boolean {
  const { properties = {}, items, anyOf = [] } = resolve(schema);
  return isBytes(schema) || [...Object.values(properties), ...(items ? [items] : []), ...anyOf].some(mayHoldBytes);
}

/** Often a length that an algorithm knows. */
function integersOf(min: number, max: number): Arbitrary<number> {
  const lengths = [0, 1, 16, 19, 96, 128, 192, 256, 384, 512].filter((length) => length >= min && length <= max);
  return fc.oneof(
    fc.constantFrom(min, max, ...lengths),
    fc.maxSafeNat().map((n) => min + (n % (max - min + 1))),
  );
}

function objectsOf({ properties = {}, required = [] }: Schema, known: Known): Arbitrary<Json> {
  const members = Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema, known)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
}

function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const target = objects.get(basename(schema.$ref));
  if (target === undefined) throw new Error(`no schema ${schema.$ref}`);
  return target;
}

function readFolder<T>(name: string): [string, T][] {
  const path = join(folder, name);
  return readdirSync(path).map((file) => [file, JSON.parse(readFileSync(join(path, file), 'utf8')) as T]);
}
