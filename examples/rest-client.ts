import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import createClient from 'openapi-fetch';
// openapi-typescript made it of /v1/openapi.json.
import type { paths } from './generated/rest-api.d.ts';

const { REST_SOCKET = '', REST_TOKEN = '', FERROHSM_REST = '' } = process.env;

// curl, over the Unix socket: who it is, the kernel says.
const curl = (...words: readonly string[]) =>
  JSON.parse(execFileSync('curl', ['--silent', '--unix-socket', REST_SOCKET, ...words], { encoding: 'utf8' }));
const key = { name: 'invoices/signing', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
const { record } = curl('--json', JSON.stringify(key), 'http://localhost/v1/keys');
console.log(`curl made ${record.name}`);

// A client of generated types, with a token.
const hsm = createClient<paths>({ baseUrl: FERROHSM_REST, headers: { authorization: `Bearer ${REST_TOKEN}` } });
const invoice = Buffer.from('invoice 42: 1,000 EUR');
const { data, error } = await hsm.POST('/v1/subtle/sign', {
  body: { key: `${record.id}/1`, algorithm: { name: 'Ed25519' }, data: invoice.toString('base64url') },
});
assert(typeof data === 'object' && 'signature' in data, error?.hint ?? 'nothing was signed');

const der = Buffer.from(record.versions[0].publicKey.data, 'base64url');
const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
assert(verify(null, invoice, publicKey, Buffer.from(data.signature, 'base64url')));
console.log(`the generated client signed ${invoice.length} bytes`);

// A change only of what was seen: somebody else's comes first.
const path = { name: record.name };
const seen = (await hsm.GET('/v1/keys/{name}', { params: { path } })).response.headers.get('etag') ?? '';
const describe = (description: string) =>
  hsm.PATCH('/v1/keys/{name}', { params: { path, header: { 'If-Match': seen } }, body: { description } });
assert.equal((await describe('for invoices')).response.status, 200);
const late = await describe('for something else');
console.log(`the second change of the same ETag: ${late.response.status} ${late.error?.code}`);

// What needs other people answers 202 with what it waits for.
const held = await hsm.POST('/v1/keys/{name}/export', { params: { path }, body: { format: 'pkcs8' } });
console.log(
  `an export: ${held.response.status}, ask at ${held.response.headers.get('location')?.replace(/apr_.*/, 'apr_...')}`,
);
