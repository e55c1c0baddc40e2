import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { expectCatalogued } from './catalogue.ts';
import { type Known, type MethodSchema, methods, valuesOf } from './schema-values.ts';
import { WireClient } from './wire-client.ts';

interface LiveKey {
  readonly handle: string;
  readonly algorithm: { readonly name: string };
}

const sidecar = liveSidecar();
let client: WireClient;
/** Names of the algorithms of live session keys, by their handles. */
const liveKeys = new Map<string, string>();

/** An algorithm for each kind of key, with what its generation asks for. */
const generations: readonly { readonly algorithm: object; readonly usages: readonly string[] }[] = [
  ...['AES-GCM', 'AES-CTR', 'AES-CBC', 'AES-OCB'].map((name) => ({
    algorithm: { name, length: 256 },
    usages: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  })),
  { algorithm: { name: 'ChaCha20-Poly1305' }, usages: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
  { algorithm: { name: 'AES-KW', length: 128 }, usages: ['wrapKey', 'unwrapKey'] },
  { algorithm: { name: 'HMAC', hash: 'SHA-256' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'KMAC128' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'ECDH', namedCurve: 'P-256' }, usages: ['deriveBits', 'deriveKey'] },
  { algorithm: { name: 'X25519' }, usages: ['deriveBits', 'deriveKey'] },
  { algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'ML-DSA-44' }, usages: ['sign', 'verify'] },
  { algorithm: { name: 'SLH-DSA-SHA2-128f' }, usages: ['sign', 'verify'] },
  ...['ML-KEM-512', 'MLKEM768-X25519'].map((name) => ({
    algorithm: { name },
    usages: ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'],
  })),
  ...['RSA-PSS', 'RSA-OAEP'].map((name) => ({
    algorithm: { name, modulusLength: 2048, publicExponent: 'AQAB', hash: 'SHA-256' },
    usages: name === 'RSA-PSS' ? ['sign', 'verify'] : ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  })),
];
const inputKeys = ['HKDF', 'PBKDF2', 'Argon2id'];

beforeAll(async () => {
  client = await WireClient.greeted(sidecar.process.socket);
  for (const params of generations) {
    const { result } = await client.call('subtle.generateKey', { ...params, extractable: true });
    for (const key of Object.values(result as Record<string, LiveKey>)) liveKeys.set(key.handle, key.algorithm.name);
  }
  for (const name of inputKeys) {
    const usages = ['deriveBits', 'deriveKey'];
    const params = { format: 'raw-secret', keyData: 'AAAA', algorithm: { name }, extractable: false, usages };
    const { result } = await client.call('subtle.importKey', params);
    liveKeys.set((result as { key: LiveKey }).key.handle, name);
  }
});
afterAll(() => client.close());

/** Algorithms and keys that exist, so that the values get as far as the cryptography. */
function knownValues(): Known {
  const handle = fc.nat().map((index) => [...liveKeys.keys()][index % liveKeys.size]);
  const names = [...generations.map(({ algorithm }) => (algorithm as { name: string }).name), ...inputKeys];
  const name = fc.constantFrom(...names);
  const hash = fc.constantFrom('SHA-256', 'SHA-1', 'SHA3-512', 'MD5');
  const namedCurve = fc.constantFrom('P-256', 'P-521', 'K-256');
  const any = valuesOf({ $ref: 'algorithm.json' }, { 'key-handle.json': handle }) as Arbitrary<object>;
  const members = fc.record({ name, hash, namedCurve }, { requiredKeys: ['name'] });
  const some = fc.record({ any, members }).map(({ any, members }) => ({ ...any, ...members }));
  const fitting = fc.constantFrom(...generations.map(({ algorithm }) => algorithm));
  return { 'key-handle.json': handle, 'algorithm.json': fc.oneof(some, some, fitting) };
}

/** The member that holds the algorithm of an operation, by the member that holds the key. */
const keyMembers = { key: 'algorithm', wrappingKey: 'wrapAlgorithm', unwrappingKey: 'unwrapAlgorithm' } as const;

/** Lets the algorithm of the operation be that of the key. */
function withAlgorithmOfKey(params: Readonly<Record<string, unknown>>): object {
  const changed: Record<string, unknown> = { ...params };
  for (const [key, algorithm] of Object.entries(keyMembers)) {
    const name = liveKeys.get(params[key] as string);
    if (name !== undefined && algorithm in params) changed[algorithm] = { ...(params[algorithm] as object), name };
  }
  return changed;
}

function senselessParams({ params }: MethodSchema): Arbitrary<object> {
  const values = valuesOf(params, knownValues()) as Arbitrary<Record<string, unknown>>;
  return fc.oneof({ weight: 1, arbitrary: values }, { weight: 3, arbitrary: values.map(withAlgorithmOfKey) });
}

const cryptographic = methods.filter(({ method }) => method.startsWith('subtle.'));

describe('values that fit the schema but not each other never break the sidecar', () => {
  test.each(cryptographic.map((method) => [method.method, method] as const))('%s', async (name, method) => {
    const property = fc.asyncProperty(senselessParams(method), async (params) => {
      const response = await client.call(name, params);
      if (response.error !== undefined) expectCatalogued(response);
      expect((await client.call('session.whoami')).result).toMatchObject({ principal: { id: 'owner' } });
    });
    await fc.assert(property, { numRuns: 40 });
  });
});
