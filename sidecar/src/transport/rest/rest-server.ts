import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { SidecarError } from '../../errors.ts';
import type { ConnectionLimits } from '../connection.ts';
import { JsonScanner } from '../json-scanner.ts';
import { BodyBudget, readBody } from './body.ts';
import { brokenRequest } from './broken-request.ts';
import { addDocuments } from './documents.ts';
import type { HttpConnection } from './http-connection.ts';
import { parseJson, type RestBody } from './parameters.ts';
import { HttpRefusal, refusalAnswer } from './problem.ts';
import { requestIdOf } from './request-headers.ts';
import { addRoutes, sendAnswer } from './rest-routes.ts';

export interface RestServerOptions {
  readonly server: Server;
  readonly limits: ConnectionLimits;
  /** Bytes of all bodies under way. */
  readonly bodyBytes: number;
  /** Milliseconds that a caller may take no byte of its answer. */
  readonly answerTimeoutMs: number;
  readonly connections: WeakMap<Socket, HttpConnection>;
  /** Refuses a request of elsewhere. */
  readonly admit: (request: IncomingMessage) => void;
  /** Hears of errors that no client is told. */
  readonly onError: (error: unknown) => void;
}

/** Of a name that is encoded wholly as `%xx`. */
const longestParameter = 1024;

const answerHeaders = Object.freeze({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });

/** HTTP before the operations: limits, what every answer has, and what is wrong with a request. */
export async function createRestServer(options: RestServerOptions): Promise<FastifyInstance> {
  const { server, admit, onError } = options;
  const rest = fastify({
    serverFactory: (handler) => server.on('request', handler),
    logger: false,
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => brokenRequest(error, socket),
    frameworkErrors: (error, request, reply) => {
      reply.headers(answerHeaders).header('x-request-id', requestIdOf(request.headers));
      sendAnswer(reply, refusalAnswer(refusalOf(error)));
    },
    routerOptions: { maxParamLength: longestParameter },
  });
  const connectionOf = (request: FastifyRequest) => options.connections.get(request.raw.socket) as HttpConnection;

  rest.addHook('onRequest', (request, reply, done) => {
    const connection = connectionOf(request);
    connection.enter();
    reply.raw.once('close', () => connection.leave());
    reply.headers(answerHeaders).header('x-request-id', requestIdOf(request.headers));
    if (connection.isFinishing) reply.header('connection', 'close');
    refuseOtherVersions(request.raw);
    refuseOtherTargets(request.raw);
    admit(request.raw);
    done();
  });
  // The time of the operation itself is its own.
  rest.addHook('onSend', (request, _, payload, done) => {
    request.raw.socket.setTimeout(options.answerTimeoutMs);
    done(null, payload);
  });
  rest.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error);
    if (!(refusal instanceof SidecarError || refusal instanceof HttpRefusal)) onError(error);
    // What is left of a body is not waited for.
    if (!request.raw.complete) reply.header('connection', 'close');
    sendAnswer(reply, refusalAnswer(refusal));
  });
  rest.setNotFoundHandler((request) => {
    throw new SidecarError('method_not_found', `${request.method} ${pathOf(request.url)}`);
  });
  addBodies(rest, options);
  addDocuments(rest);
  const scanner = new JsonScanner(options.limits.depth);
  addRoutes(rest, { connectionOf, scanner });
  await rest.ready();
  return rest;
}

/** Node answers a line without a version too, as HTTP/0.9, which has no header that could be checked. */
function refuseOtherVersions({ httpVersionMajor }: IncomingMessage): void {
  if (httpVersionMajor !== 1) throw new HttpRefusal(400, 'invalid_request', 'this is not HTTP/1.1');
}

/** A target of the absolute form (RFC 9112 section 3.2.2) names a host beside the header that is checked. */
function refuseOtherTargets({ url = '' }: IncomingMessage): void {
  if (!url.startsWith('/')) throw new HttpRefusal(421, 'invalid_request', 'the target of the request is not a path');
}

/** JSON is scanned as everywhere; bytes are taken only where they are the body of an operation. */
function addBodies(rest: FastifyInstance, { limits, bodyBytes }: RestServerOptions): void {
  const scanner = new JsonScanner(limits.depth);
  const budget = new BodyBudget(bodyBytes);
  rest.removeAllContentTypeParsers();
  rest.addContentTypeParser(
    'application/json',
    async ({ headers }: FastifyRequest, stream: IncomingMessage): Promise<RestBody> => {
      const bytes = await readBody(stream, headers, limits.messageBytes, budget);
      try {
        return { kind: 'json', value: parseJson(bytes, scanner) };
      } finally {
        bytes.fill(0);
      }
    },
  );
  rest.addContentTypeParser(
    'application/octet-stream',
    async (request: FastifyRequest, stream: IncomingMessage): Promise<RestBody> => {
      const { rawParam } = request.routeOptions.config.route ?? {};
      if (rawParam === undefined) throw new HttpRefusal(415, 'invalid_request', 'the body is application/json here');
      return { kind: 'raw', bytes: await readBody(stream, request.headers, limits.attachmentBytes, budget) };
    },
  );
}

const frameworkRefusals: Readonly<Record<string, HttpRefusal>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new HttpRefusal(415, 'invalid_request', 'the body is of another type'),
  FST_ERR_BAD_URL: new HttpRefusal(400, 'invalid_request', 'the path cannot be decoded'),
  FST_ERR_MAX_PARAM_LENGTH: new HttpRefusal(414, 'message_too_big', `more than ${longestParameter} bytes of path`),
};

/** What the framework, or the end of a connection, says in its own words. */
function refusalOf(error: unknown): unknown {
  if (error instanceof SidecarError || error instanceof HttpRefusal) return error;
  const { code = '' } = error as Partial<FastifyError>;
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new SidecarError('invalid_request', 'the body has no end');
  }
  return frameworkRefusals[code] ?? error;
}

/** Without the query, where people put what should not be repeated. */
function pathOf(url: string): string {
  return url.replace(/\?.*$/s, '').slice(0, 128);
}
