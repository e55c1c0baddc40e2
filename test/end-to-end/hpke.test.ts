import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHpke, type HpkeKemName, type HpkeSuite, hpkeSuiteOf } from '@ferrohsm/sdk/hpke';
import type { AuditRecord, FerroHsm, KeyCreation, KeyUsage } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../vectors/bytes.ts';
import { importRecipient } from '../vectors/recipient-key.ts';
import { LiveSidecar, liveSidecar, writeConfig } from './live-sidecar.ts';

const sidecar = liveSidecar();
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
});
afterAll(() => hsm.close());

const text = (value: string) => new TextEncoder().encode(value);
const message = text('to the recipient alone');

/** Modes base and PSK of RFC 9180 appendix A, the first three messages; fields in hexadecimal. */
interface PublishedVector {
  readonly kem: number;
  readonly kdf: number;
  readonly aead: number;
  readonly psk?: string;
  readonly pskId?: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly enc: string;
  readonly ciphertexts: readonly string[];
  readonly exports: readonly string[];
}

const published = JSON.parse(readFileSync(join(import.meta.dirname, 'rfc-9180.json'), 'utf8')) as PublishedVector[];

describe('RFC 9180 appendix A, the private key in the sidecar', () => {
  /** Every vector has these. */
  const info = text('Ode on a Grecian Urn');
  const plaintext = 'Beauty is truth, truth beauty';
  const exporterContexts = [text(''), Uint8Array.of(0), text('TestContext')];

  test.each(published.map((vector) => [titleOf(vector), vector] as const))('%s', async (_, vector) => {
    const suite = hpkeSuiteOf(vector);
    const privateKey = fromHex(vector.privateKey);
    const recipient = await importRecipient(hsm.subtle, { suite, privateKey, publicKey: fromHex(vector.publicKey) });
    const psk = { key: fromHex(vector.psk ?? ''), id: fromHex(vector.pskId ?? '') };
    const setup = { info, ...(vector.psk === undefined ? {} : { psk }) };
    const context = await createHpke(hsm.subtle, suite).setupRecipient(recipient, fromHex(vector.enc), setup);
    for (const [number, ciphertext] of vector.ciphertexts.entries()) {
      const opened = await context.open(fromHex(ciphertext), text(`Count-${number}`));
      expect(new TextDecoder().decode(opened)).toBe(plaintext);
    }
    for (const [place, expected] of vector.exports.entries()) {
      expect(toHex(await context.export(exporterContexts[place] as Uint8Array<ArrayBuffer>, 32))).toBe(expected);
    }
  });

  function titleOf({ psk, ...ids }: PublishedVector): string {
    const { kem, kdf, aead } = hpkeSuiteOf(ids);
    return `${kem}, ${kdf}, ${aead}, ${psk === undefined ? 'base' : 'PSK'}`;
  }
});

const recipients: readonly (readonly [HpkeKemName, KeyCreation['algorithm']])[] = [
  ['DHKEM(P-256, HKDF-SHA256)', { name: 'ECDH', namedCurve: 'P-256' }],
  ['DHKEM(P-384, HKDF-SHA384)', { name: 'ECDH', namedCurve: 'P-384' }],
  ['DHKEM(P-521, HKDF-SHA512)', { name: 'ECDH', namedCurve: 'P-521' }],
  ['DHKEM(X25519, HKDF-SHA256)', 'X25519'],
  ['DHKEM(X448, HKDF-SHA512)', 'X448'],
  ['ML-KEM-512', 'ML-KEM-512'],
  ['ML-KEM-768', 'ML-KEM-768'],
  ['ML-KEM-1024', 'ML-KEM-1024'],
  ['MLKEM768-P256', 'MLKEM768-P256'],
  ['MLKEM768-X25519', 'MLKEM768-X25519'],
  ['MLKEM1024-P384', 'MLKEM1024-P384'],
];

function suiteWith(kem: HpkeKemName): HpkeSuite {
  return { kem, kdf: 'HKDF-SHA256', aead: 'AES-256-GCM' };
}

function usagesOf(kem: HpkeKemName): KeyUsage[] {
  return kem.startsWith('DHKEM') ? ['deriveBits'] : ['encapsulateBits', 'decapsulateBits'];
}

function createRecipient(owner: FerroHsm, kem: HpkeKemName, algorithm: KeyCreation['algorithm']) {
  return owner.keys.create({
    name: `hpke/${kem.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`,
    algorithm,
    usages: usagesOf(kem),
  });
}

describe('a named key that is not extractable', () => {
  test.each(recipients)('opens what was sealed for it with %s, by one use', async (kem, algorithm) => {
    const key = await createRecipient(hsm, kem, algorithm);
    const hpke = createHpke(hsm.subtle, suiteWith(kem));
    const sender = await hpke.setupSender(key.publicKey);
    const sealed = [await sender.seal(message), await sender.seal(message)];
    const uses = await usesOf(key.id, async () => {
      const recipient = await hpke.setupRecipient(key, sender.enc);
      for (const each of sealed) expect(await recipient.open(each)).toEqual(message);
    });
    expect(uses).toEqual([kem.startsWith('DHKEM') ? 'subtle.deriveBits' : 'subtle.decapsulateBits']);
  });

  /** Operations with the key that the log has of an action. */
  async function usesOf(id: string, action: () => Promise<void>): Promise<string[]> {
    const { size: start } = await hsm.audit.list({ limit: 1 });
    await action();
    const { records } = await hsm.audit.list({ start, limit: 1000 });
    const all: AuditRecord[] = records.map(({ record }) => record);
    return all.filter(({ resource }) => resource === `${id}/1`).map(({ operation }) => operation);
  }
});

test('the private key alone is enough, its public half is asked for', async () => {
  for (const [kem, algorithm] of recipients.slice(0, 6)) {
    const usages = usagesOf(kem);
    const pair = (await hsm.subtle.generateKey(algorithm, false, usages)) as CryptoKeyPair;
    const hpke = createHpke(hsm.subtle, suiteWith(kem));
    const sealed = await hpke.seal(pair.publicKey, message);
    expect(await hpke.open(pair.privateKey, sealed)).toEqual(message);
  }
});

test('public keys may stay in the sidecar', async () => {
  await using remote = await sidecar.connect({ publicKeys: 'remote' });
  for (const [kem, algorithm] of recipients) {
    const pair = (await remote.subtle.generateKey(algorithm, false, usagesOf(kem))) as CryptoKeyPair;
    const hpke = createHpke(remote.subtle, suiteWith(kem));
    expect(await hpke.open(pair, await hpke.seal(pair.publicKey, message))).toEqual(message);
  }
});

describe('a policy that lets no shared secret out', () => {
  const strict = new LiveSidecar();
  beforeAll(async () => {
    const policy = `@id("all") permit (principal, action, resource);
@id("no-shared-secrets") forbid (
  principal,
  action in [Action::"subtle.decapsulateBits", Action::"subtle.deriveBits"],
  resource
);`;
    writeConfig(strict.folders, 'policy.cedar', policy);
    await strict.start();
  });
  afterAll(() => strict.discard());

  test.each(recipients)('forbids to open with %s', async (kem, algorithm) => {
    await using owner = await strict.connect();
    const key = await createRecipient(owner, kem, algorithm);
    const hpke = createHpke(owner.subtle, suiteWith(kem));
    const sealed = await hpke.seal(key.publicKey, message);
    await expect(hpke.open(key, sealed)).rejects.toMatchObject({
      name: 'NotAllowedError',
      cause: { code: 'permission_denied' },
    });
  });
});
