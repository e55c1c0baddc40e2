import { SidecarError } from '../../errors.ts';
import type { ParameterKind, Route } from '../../generated/routes.ts';
import type { JsonScanner } from '../json-scanner.ts';

/** A body, as its type says. */
export type RestBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'raw'; readonly bytes: Buffer };

/** What a request says, wherever it says it. */
export interface RestRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: RestBody | undefined;
  /** Names the change, where the route is one. */
  readonly requestId: string | undefined;
}

type Member = readonly [name: string, value: unknown];

/**
 * The params of the operation, from all places where HTTP has them. Their values are checked with those of JSON-RPC, by
 * the schema: here only names and places are.
 *
 * @throws SidecarError `invalid_params`, `parse_error`
 */
export function paramsOf(route: Route, { path, query, body, requestId }: RestRequest, scanner: JsonScanner): object {
  const members = [
    ...bodyMembers(route, body),
    ...queryMembers(route, query, body, scanner),
    ...Object.entries(route.inPath).map(([name, kind]): Member => [name, readValue(path[name] ?? '', kind, scanner)]),
  ];
  return Object.fromEntries(requestId === undefined ? members : [...members, ['requestId', requestId]]);
}

function bodyMembers({ inPath, rawParam }: Route, body: RestBody | undefined): Member[] {
  if (body === undefined) return [];
  if (body.kind === 'raw') return [[rawParam ?? '', { attachment: 0 }]];
  const { value } = body;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refused('the body is not an object');
  for (const name of Object.keys(value)) {
    if (name in inPath) throw refused(`"${name}" stands in the path`);
    if (name === 'requestId') throw refused('the header Idempotency-Key takes the place of "requestId"');
  }
  return Object.entries(value);
}

/** Beside a JSON body, whose members they would be, there is none. */
function queryMembers(
  { inQuery, rawParam }: Route,
  query: RestRequest['query'],
  body: RestBody | undefined,
  scanner: JsonScanner,
): Member[] {
  const known = rawParam === undefined || body?.kind === 'raw' ? inQuery : {};
  return Object.entries(query).map(([name, value]): Member => {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) throw refused(`unknown query parameter "${name.slice(0, 64)}"`);
    if (typeof value !== 'string') throw refused(`query parameter "${name}" stands there twice`);
    return [name, readValue(value, kind, scanner)];
  });
}

/** What is not of its kind stays a text, which the schema refuses. */
function readValue(text: string, kind: ParameterKind, scanner: JsonScanner): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'integer':
      return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'json':
      return parseJson(Buffer.from(text), scanner);
  }
}

/** @throws SidecarError `parse_error`, `message_too_big` */
export function parseJson(bytes: Buffer, scanner: JsonScanner): unknown {
  scanner.scan(bytes);
  return JSON.parse(bytes.toString('utf8'));
}

function refused(detail: string): SidecarError {
  return new SidecarError('invalid_params', detail);
}
