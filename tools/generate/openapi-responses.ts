import { restSchema } from './openapi-schemas.ts';
import type { Route } from './routes.ts';
import type { MethodSchema, Schemas } from './schemas.ts';

/** What any method may answer. */
export const commonCodes: readonly string[] = [
  'parse_error',
  'invalid_request',
  'invalid_params',
  'data_invalid',
  'unauthenticated',
  'permission_denied',
  'quota_exceeded',
  'rate_limited',
  'internal_error',
  'sealed',
  'audit_unavailable',
  'keystore_unavailable',
  'witness_missing',
];

/** Refusals of HTTP itself, whose codes have another status elsewhere. */
const framing: Readonly<Record<number, { readonly description: string; readonly codes: readonly string[] }>> = {
  408: { description: 'The request took too long.', codes: ['invalid_request'] },
  413: { description: 'The body is larger than allowed.', codes: ['message_too_big'] },
  415: { description: 'The body is of another type.', codes: ['invalid_request'] },
  421: { description: 'The Host header names another host.', codes: ['invalid_request'] },
  431: { description: 'The header is larger than allowed.', codes: ['message_too_big'] },
};

const requestIdHeader = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
const retrying = new Set([429, 503]);

/** One response for each status, with all codes that have it. */
export function problemResponses(schemas: Schemas): object {
  const codes = schemas.errors.map(({ code }) => code).filter((code) => code !== 'approval_required');
  const statuses = [...byStatus(codes, schemas)].map(([status, codes]) => [
    nameOf(status),
    problemResponse(status, codes, titlesOf(codes, schemas)),
  ]);
  const ofFraming = Object.entries(framing).map(([status, { codes, description }]) => [
    nameOf(Number(status)),
    problemResponse(Number(status), codes, description),
  ]);
  return { ...Object.fromEntries([...statuses, ...ofFraming]), Held: held };
}

/** Codes of the problems that a method may answer, over REST what its route may. */
export function problemCodes(
  { isConditional, isChange }: Pick<Route, 'isConditional' | 'isChange'>,
  { errors, resource }: MethodSchema,
): string[] {
  const isOfKey = resource !== 'system' && resource !== 'session';
  const own = [
    ...errors,
    ...(isConditional ? ['precondition_failed'] : []),
    ...(isChange ? ['request_conflict'] : []),
    ...(isOfKey ? ['not_found', 'key_state', 'key_frozen'] : []),
  ];
  return [...new Set([...commonCodes, ...own])].filter((code) => code !== 'approval_required');
}

export function responsesOf(route: Route, schema: MethodSchema, schemas: Schemas): object {
  const referTo = (name: string) => ({ $ref: `#/components/responses/${name}` });
  const problems = [...byStatus(problemCodes(route, schema), schemas).keys(), ...Object.keys(framing)];
  return {
    [route.status]: success(route, schema),
    202: referTo('Held'),
    ...Object.fromEntries(problems.map((status) => [status, referTo(nameOf(Number(status)))])),
  };
}

const held = {
  description: 'Other people have to approve it.',
  headers: { ...requestIdHeader, Location: { $ref: '#/components/headers/Location' } },
  content: { 'application/json': { schema: { $ref: '#/components/schemas/HeldOperation' } } },
};

function success({ rawResult, hasEtag }: Route, { result }: MethodSchema): object {
  const { title: _, ...schema } = restSchema(result);
  return {
    description: 'Done.',
    headers: { ...requestIdHeader, ...(hasEtag && { ETag: { $ref: '#/components/headers/ETag' } }) },
    content: {
      'application/json': { schema },
      ...(rawResult !== undefined && {
        'application/octet-stream': {
          schema: { description: `\`${rawResult}\` as it is.`, type: 'string', format: 'binary' },
        },
      }),
    },
  };
}

function problemResponse(status: number, codes: readonly string[], description: string): object {
  return {
    description,
    headers: {
      ...requestIdHeader,
      ...(retrying.has(status) && { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: {
      'application/problem+json': {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'object', properties: { code: { enum: codes } } }],
        },
      },
    },
  };
}

function byStatus(codes: readonly string[], schemas: Schemas): Map<number, string[]> {
  const statuses = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { http } = entryOf(code, schemas);
    statuses.set(http, [...(statuses.get(http) ?? []), code]);
  }
  return statuses;
}

function titlesOf(codes: readonly string[], schemas: Schemas): string {
  return codes.map((code) => `\`${code}\`: ${entryOf(code, schemas).message}.`).join(' ');
}

function entryOf(code: string, { errors }: Schemas) {
  const entry = errors.find((candidate) => candidate.code === code);
  if (entry === undefined) throw new Error(`schemas: no error ${code} in errors.json`);
  return entry;
}

function nameOf(status: number): string {
  return `Problem${status}`;
}
