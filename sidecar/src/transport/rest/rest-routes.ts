import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { SidecarError } from '../../errors.ts';
import { type Route, routes } from '../../generated/routes.ts';
import type { JsonScanner } from '../json-scanner.ts';
import type { HttpConnection } from './http-connection.ts';
import { paramsOf, type RestBody, type RestRequest } from './parameters.ts';
import { type HttpAnswer, HttpRefusal } from './problem.ts';
import { changeIdOf, greetingOf, ifMatchOf, prefersRaw, traceParentOf } from './request-headers.ts';
import { resultAnswer } from './result.ts';
import type { RestSession } from './session.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read. */
    session: RestSession | null;
  }
  interface FastifyContextConfig {
    /** Of the operation that the route is; other routes have none. */
    route?: Route;
  }
}

export interface RouteParts {
  readonly connectionOf: (request: FastifyRequest) => HttpConnection;
  readonly scanner: JsonScanner;
}

/** Registers what is generated from the methods' schemas, and the refusal of every other verb on these paths. */
export function addRoutes(server: FastifyInstance, parts: RouteParts): void {
  server.decorateRequest('session', null);
  for (const route of routes) addRoute(server, route, parts);
  for (const [url, verbs] of verbsByPath()) addOtherVerbs(server, url, verbs);
}

function addRoute(server: FastifyInstance, route: Route, { connectionOf, scanner }: RouteParts): void {
  server.route({
    method: route.verb,
    url: urlOf(route.path),
    config: { route },
    // Whoever is not known sends no body: it is not read.
    onRequest: (request, _, done) => admitCaller(route, connectionOf(request), request, done),
    handler: async (request, reply) => {
      const { session } = request;
      if (session === null) throw new SidecarError('unauthenticated');
      await operate(route, session, request, reply, scanner);
    },
  });
}

/** Most are known already, and need not wait. */
function admitCaller(
  { method, perConnection }: Route,
  connection: HttpConnection,
  request: FastifyRequest,
  done: (error?: Error) => void,
): void {
  const admit = (session: RestSession) => {
    request.session = session;
    done(perConnection ? new SidecarError('connection_required', method) : undefined);
  };
  try {
    const session = connection.session(greetingOf(request.headers));
    if (session instanceof Promise) session.then(admit, done);
    else admit(session);
  } catch (error) {
    done(error as Error);
  }
}

async function operate(
  route: Route,
  session: RestSession,
  request: FastifyRequest,
  reply: FastifyReply,
  scanner: JsonScanner,
): Promise<void> {
  const { headers } = request;
  const ifMatch = ifMatchOf(headers);
  if (ifMatch !== undefined && !route.isConditional) {
    throw new SidecarError('invalid_request', 'If-Match has no meaning here');
  }
  const asked = requestOf(route, request);
  const params = paramsOf(route, asked, scanner);
  const attachments = asked.body?.kind === 'raw' ? [asked.body.bytes] : [];
  const traceParent = traceParentOf(headers);
  const call = { method: route.method, params, attachments, ...(ifMatch && { ifMatch }), traceParent };
  const result = await session.call(call);
  reply.raw.once('close', result.release);
  sendAnswer(reply, resultAnswer(route, result, prefersRaw(headers)));
}

function requestOf(route: Route, { params, query, body, headers }: FastifyRequest): RestRequest {
  return {
    path: params as RestRequest['path'],
    query: query as RestRequest['query'],
    body: (body ?? undefined) as RestBody | undefined,
    requestId: route.isChange ? changeIdOf(headers) : undefined,
  };
}

export function sendAnswer(reply: FastifyReply, { status, headers, body }: HttpAnswer): void {
  reply.code(status).headers(headers).send(body);
}

/** RFC 9110 section 9.3.7 and 15.5.6. */
export function addOtherVerbs(server: FastifyInstance, url: string, verbs: ReadonlySet<string>): void {
  const allow = [...verbs, ...(verbs.has('GET') ? ['HEAD'] : []), 'OPTIONS'].toSorted().join(', ');
  const others = server.supportedMethods.filter((verb) => !allow.split(', ').includes(verb) || verb === 'OPTIONS');
  server.route({
    method: others as HTTPMethods[],
    url,
    onRequest: async (request, reply) => {
      if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
      throw new HttpRefusal(405, 'method_not_found', `${request.method}, this has ${allow}`, { allow });
    },
    handler: (_, reply) => reply.send(),
  });
}

function verbsByPath(): Map<string, Set<string>> {
  const paths = new Map<string, Set<string>>();
  for (const { path, verb } of routes) {
    const url = urlOf(path);
    paths.set(url, (paths.get(url) ?? new Set()).add(verb));
  }
  return paths;
}

/** Paths that differ in the name of a parameter only are one path to the router. */
function urlOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
