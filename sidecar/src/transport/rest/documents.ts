import type { FastifyInstance } from 'fastify';
import { openapi, openapiPage } from '../../generated/openapi.ts';
import { addOtherVerbs } from './rest-routes.ts';

const get: ReadonlySet<string> = new Set(['GET']);

/** The OpenAPI document and a page to read it. They say what FerroHSM can do, and nothing of this one: no credential is needed. */
export function addDocuments(server: FastifyInstance): void {
  const { html, contentSecurityPolicy } = openapiPage;
  const pageHeaders = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'referrer-policy': 'no-referrer',
  };
  server.get('/v1/openapi.json', (_, reply) => reply.header('content-type', 'application/json').send(openapi));
  server.get('/v1/', (_, reply) => reply.headers(pageHeaders).send(html));
  for (const url of ['/v1/openapi.json', '/v1/']) addOtherVerbs(server, url, get);
}
