import { Ajv2020 } from 'ajv/dist/2020.js';
import fc, { type Arbitrary } from 'fast-check';
import type { HttpClient, HttpResponse } from './http-client.ts';

/** What of JSON Schema the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly contentMediaType?: string;
  readonly contentSchema?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Described {
  readonly $ref?: string;
  readonly content?: Content;
}

export interface Operation {
  readonly operationId: string;
  readonly verb: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Described>>;
}

/** A request that can be sent. */
export interface DrivenRequest {
  readonly verb: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** How values are chosen. */
export interface Choice {
  /** What stands in for the values of a schema, by its name in the document. */
  readonly known?: Readonly<Record<string, unknown>>;
  /** Members that need not be there are left out. */
  readonly isLean?: boolean;
}

/** The OpenAPI document as a client reads it that has nothing else. */
export class ApiDocument {
  readonly value: Readonly<Record<string, unknown>>;
  readonly operations: readonly Operation[];
  readonly #ajv = new Ajv2020({ strict: false, logger: false });

  static async fetch(client: HttpClient): Promise<ApiDocument> {
    const { json } = await client.get('/v1/openapi.json');
    return new ApiDocument(json ?? {});
  }

  private constructor(value: Readonly<Record<string, unknown>>) {
    this.value = value;
    this.#ajv.addSchema(value, 'openapi');
    this.operations = Object.entries(value.paths as Record<string, Record<string, object>>).flatMap(([path, verbs]) =>
      Object.entries(verbs).map(([verb, operation]) => this.#operation(path, verb, operation)),
    );
  }

  #operation(path: string, verb: string, operation: object): Operation {
    const { parameters, ...rest } = operation as Operation;
    const resolved = parameters.map((parameter) => this.resolve(parameter as object) as Parameter);
    return { ...rest, path, verb: verb.toUpperCase(), parameters: resolved };
  }

  resolve<Referred extends object>(value: Referred): Referred {
    const { $ref } = value as { $ref?: string };
    if ($ref === undefined) return value;
    const names = $ref.slice('#/'.length).split('/');
    return names.reduce((at: unknown, name) => (at as Record<string, unknown>)[name], this.value) as Referred;
  }

  /** What is wrong with an answer, by the document; undefined for nothing. */
  misfit({ operationId, responses }: Operation, { status, headers, json }: HttpResponse): string | undefined {
    const described = responses[status];
    if (described === undefined) return `${operationId} says nothing of ${status}`;
    const { content = {} } = this.resolve(described);
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    const schema = content[type]?.schema;
    if (schema === undefined) return `${operationId} says nothing of ${type} with ${status}`;
    if (json === undefined) return undefined;
    const fits = this.#ajv.compile(absolute(schema));
    return fits(json) ? undefined : `${operationId} ${status}: ${JSON.stringify(fits.errors)}`;
  }

  /** A request of generated values that the document allows. */
  requests({ verb, path, parameters, requestBody }: Operation, choice: Choice = {}): Arbitrary<DrivenRequest> {
    const json = requestBody?.content['application/json']?.schema;
    const isRaw = requestBody?.content['application/octet-stream'] !== undefined;
    // Beside a JSON body they would stand twice.
    const placed = parameters.filter(
      (parameter) => isPlaced(parameter, isRaw) && (choice.isLean !== true || parameter.required === true),
    );
    const values = fc.record(
      Object.fromEntries(placed.map((parameter) => [parameter.name, this.values(parameter.schema, choice)])),
      { requiredKeys: placed.filter(({ required }) => required).map(({ name }) => name) },
    );
    return fc
      .tuple(values, json === undefined ? fc.constant(undefined) : this.values(json, choice))
      .map(([named, body]) => ({
        verb,
        path: pathWith(path, placed, named),
        headers: {},
        ...(body !== undefined && { body: body as object }),
      }));
  }

  /** Values that the schema allows, often those that are known. */
  values(schema: Schema, choice: Choice): Arbitrary<unknown> {
    const name = schema.$ref?.split('/').at(-1) ?? '';
    const { known = {} } = choice;
    if (Object.hasOwn(known, name)) return fc.constant(known[name]);
    const {
      type,
      anyOf,
      pattern,
      items = {},
      minItems = 0,
      minimum = 0,
      maximum = 1000,
      ...rest
    } = this.resolve(schema);
    if (rest.contentSchema !== undefined)
      return this.values(rest.contentSchema, choice).map((value) => JSON.stringify(value));
    if ('const' in rest) return fc.constant(rest.const);
    if (rest.enum !== undefined) return fc.constantFrom(...rest.enum);
    if (anyOf !== undefined) return this.#anyOf(anyOf, choice);
    if (rest.contentEncoding !== undefined) {
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
    }
    if (type === 'object') return this.#objects(rest, choice);
    if (type === 'array') return fc.array(this.values(items, choice), { minLength: minItems, maxLength: minItems + 1 });
    if (type === 'integer' || Array.isArray(type)) return fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31) });
    if (type === 'boolean') return fc.boolean();
    return pattern === undefined ? fc.string({ maxLength: 20 }) : fc.stringMatching(new RegExp(pattern));
  }

  #anyOf(branches: readonly Schema[], choice: Choice): Arbitrary<unknown> {
    const { known = {} } = choice;
    const knownBranch = branches.find(({ $ref = '' }) => Object.hasOwn(known, $ref.split('/').at(-1) ?? ''));
    return knownBranch
      ? this.values(knownBranch, choice)
      : fc.oneof(...branches.map((branch) => this.values(branch, choice)));
  }

  #objects({ properties = {}, required = [] }: Schema, choice: Choice): Arbitrary<object> {
    const isAsked = (name: string) => choice.isLean !== true || required.includes(name);
    const chosen = Object.entries(properties).filter(([name]) => isAsked(name));
    const members = chosen.map(([name, schema]) => [name, this.values(schema, choice)] as const);
    return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
  }
}

/** The path of an operation with these values in their places. */
export function pathWith(
  path: string,
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of parameters) {
    const value = values[parameter.name];
    if (value === undefined) continue;
    if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    else query.set(parameter.name, String(value));
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}

/** What else may stand in the query of an operation on bytes is a member of its JSON body. */
function isPlaced(parameter: Parameter, isRaw: boolean): boolean {
  return parameter.in === 'path' || (parameter.in === 'query' && !isRaw);
}

/** Its references lead into the document from wherever it is compiled. */
function absolute(schema: Schema): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object;
}
