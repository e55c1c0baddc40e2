import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import openapiTypeScript, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import { ApiDocument } from './document.ts';
import { liveRest } from './live-rest.ts';

// What somebody does who has the document alone: a client is generated, compiled and run.

const live = liveRest(principalsFile({ payments: ['Officer', 'Operator'] }));
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-generated-'));
const run = promisify(execFile);

beforeAll(async () => {
  const { value } = await ApiDocument.fetch(live.client());
  // Its own reading of OpenAPI refuses what does not fit the specification.
  writeFileSync(join(folder, 'api.d.ts'), astToString(await openapiTypeScript(structuredClone(value) as never)));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = `
import createClient from 'openapi-fetch';
import type { paths } from './api.d.ts';

const [address = '', token = ''] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: address, headers: { authorization: \`Bearer \${token}\` } });

const made = await api.POST('/v1/keys', {
  body: { name: 'generated/a', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] },
  params: { header: { 'Idempotency-Key': 'generated-client-1' } },
});
if (made.error !== undefined) throw new Error(made.error.code);
const { record } = made.data as Extract<typeof made.data, { record: unknown }>;
const signed = await api.POST('/v1/subtle/sign', {
  body: { key: \`\${record.id}/1\`, algorithm: { name: 'Ed25519' }, data: Buffer.from('hello').toString('base64url') },
});
const read = await api.GET('/v1/keys/{name}', { params: { path: { name: 'generated/a' } } });
const missing = await api.GET('/v1/keys/{name}', { params: { path: { name: 'no/such' } } });
const page = await api.GET('/v1/keys', { params: { query: { limit: 1 } } });
console.log(
  JSON.stringify({
    id: record.id,
    signed: signed.response.status,
    read: read.data,
    etag: read.response.headers.get('etag'),
    missing: missing.error?.code,
    page: page.data,
  }),
);
`;

const wrong = `
import createClient from 'openapi-fetch';
import type { paths } from './api.d.ts';

const api = createClient<paths>({ baseUrl: '' });
await api.POST('/v1/keys', { body: { name: 'a', algorithm: { name: 'Ed25519' } } });
await api.GET('/v1/keys/{name}', {});
await api.GET('/v1/no-such-path');
`;

async function compile(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  writeFileSync(file, text);
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--allowImportingTsExtensions', '--module', 'nodenext'];
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  const words = [compiler, ...options, '--target', 'esnext', '--types', 'node', file];
  return run(process.execPath, words, { cwd: folder }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

test('a generated client compiles, and works', async () => {
  expect(await compile('good.ts', good)).toBe('');
  const words = [join(folder, 'good.ts'), live.address(), tokenOf('payments')];
  const { stdout } = await run(process.execPath, words, { cwd: folder });
  const seen = JSON.parse(stdout) as Record<string, unknown>;
  expect(seen).toMatchObject({
    id: expect.stringMatching(/^key_/),
    signed: 200,
    read: { record: { name: 'generated/a' } },
    etag: expect.stringMatching(/^"key_.+@1"$/),
    missing: 'not_found',
  });
});

test('a mistake in its use does not compile', async () => {
  const errors = (await compile('wrong.ts', wrong)).split('\n').filter((line) => /error TS/.test(line));
  expect(errors).toHaveLength(3);
});
