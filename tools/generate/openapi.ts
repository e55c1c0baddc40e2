import { banner } from './banner.ts';
import { openapiPage } from './openapi-page.ts';
import { problemCodes, problemResponses, responsesOf } from './openapi-responses.ts';
import { openapiSchemas, restSchema } from './openapi-schemas.ts';
import { license, title } from './product.ts';
import { propertiesOf, type Route, routesOf } from './routes.ts';
import type { JsonSchema, MethodSchema, Schemas } from './schemas.ts';

const description = `Keys in a sidecar: WebCrypto operations, named keys, audit log. The same operations as over JSON-RPC, by the same rules.

A list answers \`nextCursor\` while there is more: give it as \`cursor\`. A change that is sent again with its \`Idempotency-Key\` answers the first outcome. An operation that other people must approve answers 202 with the request; repeat it, once approved.`;

/** One credential is enough; over the Unix socket the kernel says who it is, so that none is needed. */
const security = [{ token: [] }, { certificate: [] }, { certificate: [], token: [] }, {}];
const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the principals file or of `tokens.invite`, or a JWT.',
  },
  certificate: {
    type: 'mutualTLS',
    description: 'TLS 1.3 with a client certificate; every listener with TLS demands one.',
  },
};

/** The OpenAPI 3.1 document of all routes. */
export function openapiDocument(schemas: Schemas, version: string): object {
  return {
    openapi: '3.1.1',
    info: { title, version, description, license },
    servers: [{ url: '/' }],
    security,
    tags: tagsOf(schemas).map((name) => ({ name })),
    paths: pathsOf(schemas),
    components: {
      schemas: openapiSchemas(schemas),
      responses: problemResponses(schemas),
      parameters,
      headers,
      securitySchemes,
    },
  };
}

/** The document as the sidecar answers it at `/v1/openapi.json`, and the page of `/v1/`. */
export function openapiModule(schemas: Schemas, version: string): string {
  const document = openapiDocument(schemas, version);
  return `${banner}/** As it is sent. */
export const openapi = ${JSON.stringify(JSON.stringify(document))};

/** A page to read it with. */
export const openapiPage = ${JSON.stringify(openapiPage(schemas, version))};
`;
}

const parameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Names the change, for its caller alone: sent again it answers the first outcome, for as long as the keystore lives. For another change it is refused (`request_conflict`). Without it, a repeated change is another one.',
    schema: { type: 'string', pattern: '^"?[A-Za-z0-9_-]{8,64}"?$' },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    description: 'ETags of the key or the object: it is changed only while it has one of them.',
    schema: { type: 'string' },
  },
  RequestIdHeader: {
    name: 'X-Request-Id',
    in: 'header',
    description: 'Comes back in the answer; without it the sidecar chooses one.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
  },
};

const headers = {
  RequestId: { description: 'That of the request, or a random one.', schema: { type: 'string' } },
  ETag: { description: 'Names the key or the object as it is, for `If-Match`.', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds.', schema: { type: 'integer', minimum: 0 } },
  Location: { description: 'The approval request, which can be read and waited for.', schema: { type: 'string' } },
};

function tagsOf({ methods }: Schemas): string[] {
  return [...new Set(methods.map(({ method }) => groupOf(method)))];
}

function groupOf(method: string): string {
  return method.slice(0, method.indexOf('.'));
}

/** What belongs to one connection is no part of it. */
function pathsOf(schemas: Schemas): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routesOf(schemas).filter(({ perConnection }) => !perConnection)) {
    const schema = schemas.methods.find(({ method }) => method === route.method) as MethodSchema;
    paths[route.path] = { ...paths[route.path], [route.verb.toLowerCase()]: operationOf(route, schema, schemas) };
  }
  return paths;
}

function operationOf(route: Route, schema: MethodSchema, schemas: Schemas): object {
  const { method, summary, description: text, effect, approvalFloor } = schema;
  return {
    operationId: method,
    tags: [groupOf(method)],
    summary,
    ...(text !== undefined && { description: text }),
    parameters: parametersOf(route, schema.params),
    ...bodyOf(route, schema.params),
    responses: responsesOf(route, schema, schemas),
    'x-codes': problemCodes(route, schema),
    'x-effect': effect,
    'x-approval-floor': approvalFloor,
  };
}

function parametersOf({ inPath, inQuery, isChange, isConditional, rawParam }: Route, params: JsonSchema): object[] {
  const required = new Set((params.required ?? []) as string[]);
  const properties = propertiesOf(params);
  const schemaOf = (name: string, kind: string) => {
    const schema = restSchema(properties[name] ?? {});
    return kind === 'json' ? { type: 'string', contentMediaType: 'application/json', contentSchema: schema } : schema;
  };
  const referTo = (name: string) => ({ $ref: `#/components/parameters/${name}` });
  return [
    ...Object.entries(inPath).map(([name, kind]) => ({
      name,
      in: 'path',
      required: true,
      schema: schemaOf(name, kind),
    })),
    ...Object.entries(inQuery).map(([name, kind]) => ({
      name,
      in: 'query',
      // In a JSON body they are members of it.
      required: rawParam === undefined && required.has(name),
      ...(rawParam !== undefined && { description: 'Beside a body of `application/octet-stream` only.' }),
      schema: schemaOf(name, kind),
    })),
    referTo('RequestIdHeader'),
    ...(isChange ? [referTo('IdempotencyKey')] : []),
    ...(isConditional ? [referTo('IfMatch')] : []),
  ];
}

function bodyOf({ hasBody, inPath, rawParam }: Route, params: JsonSchema): object {
  if (!hasBody) return {};
  const isInBody = (name: string) => !(name in inPath) && name !== 'requestId';
  const properties = Object.entries(propertiesOf(params)).filter(([name]) => isInBody(name));
  const required = ((params.required ?? []) as string[]).filter(isInBody);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(properties.map(([name, member]) => [name, restSchema(member)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
  return {
    requestBody: {
      required: required.length > 0,
      content: {
        'application/json': { schema },
        ...(rawParam !== undefined && {
          'application/octet-stream': {
            schema: { description: `\`${rawParam}\` as it is.`, type: 'string', format: 'binary' },
          },
        }),
      },
    },
  };
}
