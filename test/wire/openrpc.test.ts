import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { WireClient } from './wire-client.ts';

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: object;
}

interface Method {
  readonly name: string;
  readonly summary: string;
  readonly paramStructure: string;
  readonly params: readonly Parameter[];
  readonly result: { readonly name: string; readonly schema: object };
  readonly errors: readonly { readonly code: number; readonly message: string }[];
}

interface Document {
  readonly openrpc: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly methods: readonly Method[];
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const sidecar = liveSidecar();
const schemas = join(import.meta.dirname, '../../schemas/methods');
let document: Document;

beforeAll(async () => {
  const client = await WireClient.greeted(sidecar.process.socket);
  document = (await client.call('rpc.discover')).result as unknown as Document;
  await client.close();
});

test('has the members that OpenRPC 1.3 demands', () => {
  expect(document.openrpc).toMatch(/^1\.3\.\d+$/);
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  for (const { name, params, result, errors, paramStructure } of document.methods) {
    expect(paramStructure, name).toBe('by-name');
    expect(result, name).toMatchObject({ name: expect.any(String), schema: expect.any(Object) });
    expect(new Set(params.map((param) => param.name)).size, name).toBe(params.length);
    for (const param of params) expect(param, name).toMatchObject({ name: expect.stringMatching(/^\w+$/), schema: {} });
    for (const error of errors) expect(error.code, name).toBeLessThan(-32_000);
  }
});

test('has every method of the schemas, each once', () => {
  const files = readdirSync(schemas).map((file) => basename(file, '.json'));
  expect(document.methods.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
});

test('has every schema that it refers to', () => {
  const references = new Set(JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g));
  expect(references.size).toBeGreaterThan(10);
  for (const reference of references) {
    const [, name = ''] = /^#\/components\/schemas\/(\w+)$/.exec(reference) ?? [];
    expect(document.components.schemas, reference).toHaveProperty([name]);
  }
});

test('has schemas that a validator takes and that know right from wrong', () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'openrpc');
  for (const name of Object.keys(document.components.schemas)) {
    expect(ajv.getSchema(`openrpc#/components/schemas/${name}`), name).toBeTypeOf('function');
  }
  for (const [index, method] of document.methods.entries()) {
    for (const at of method.params.keys()) {
      expect(ajv.getSchema(`openrpc#/methods/${index}/params/${at}/schema`), method.name).toBeTypeOf('function');
    }
    expect(ajv.getSchema(`openrpc#/methods/${index}/result/schema`), method.name).toBeTypeOf('function');
  }
  const keyName = ajv.getSchema('openrpc#/components/schemas/KeyName');
  expect([keyName?.('invoices/signing'), keyName?.('../etc/passwd')]).toEqual([true, false]);
});

test('says of each answer what it looks like', async () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'openrpc');
  const client = await WireClient.greeted(sidecar.process.socket);
  const calls: readonly [string, object][] = [
    ['system.status', {}],
    ['session.whoami', {}],
    ['system.random', { length: 4 }],
    ['keys.create', { name: 'a', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], requestId: 'request-1' }],
    ['keys.get', { name: 'a' }],
    ['keys.list', {}],
    ['subtle.generateKey', { algorithm: { name: 'AES-KW', length: 256 }, extractable: false, usages: ['wrapKey'] }],
    ['audit.checkpoint', {}],
    ['audit.list', {}],
  ];
  for (const [name, params] of calls) {
    const { result } = await client.call(name, params);
    const index = document.methods.findIndex((method) => method.name === name);
    const fits = ajv.getSchema(`openrpc#/methods/${index}/result/schema`);
    expect([fits?.(result), fits?.errors], name).toEqual([true, null]);
  }
  await client.close();
});
