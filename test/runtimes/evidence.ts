import assert from 'node:assert/strict';
import { createDecipheriv, createHash, createPrivateKey, createPublicKey, diffieHellman, verify } from 'node:crypto';
import { type FerroHsm, verifyReceipt } from '@ferrohsm/sdk/node';
import { openedEnvelope } from '../end-to-end/opened-envelope.ts';
import { caseNames } from './suite.js';

/** Bytes in hexadecimal by their names. */
type Evidence = Readonly<Record<string, string>>;

/** What a case of the suite printed. */
type Outcome = { readonly evidence: Evidence } | { readonly error: string };
export type Results = Readonly<Record<string, Outcome>>;

function bytes(evidence: Evidence, name: string): Uint8Array<ArrayBuffer> {
  const text = evidence[name];
  assert.ok(text, `evidence ${name}`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Confirms a signature; without a hash for algorithms that have their own. */
const signature = (hash: string | null) => (evidence: Evidence) => {
  const key = createPublicKey({ key: Buffer.from(bytes(evidence, 'spki')), format: 'der', type: 'spki' });
  const [data, signed] = [bytes(evidence, 'data'), bytes(evidence, 'signature')];
  assert.ok(verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signed));
};

const encapsulation = (algorithm: string) => async (evidence: Evidence) => {
  // The types of the DOM do not know the Modern Algorithms draft.
  const native = crypto.subtle as unknown as FerroHsm['subtle'];
  const key = await native.importKey('raw-seed', bytes(evidence, 'seed'), algorithm, false, ['decapsulateBits']);
  const opened = await native.decapsulateBits(algorithm, key, bytes(evidence, 'ciphertext'));
  assert.deepEqual(new Uint8Array(opened), bytes(evidence, 'sharedKey'));
};

function encryption(evidence: Evidence): void {
  const decipher = createDecipheriv('aes-256-gcm', bytes(evidence, 'key'), bytes(evidence, 'iv'));
  const ciphertext = bytes(evidence, 'ciphertext');
  decipher.setAAD(bytes(evidence, 'additionalData')).setAuthTag(ciphertext.subarray(-16));
  const decrypted = Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]);
  assert.deepEqual(new Uint8Array(decrypted), bytes(evidence, 'data'));
}

function agreement(evidence: Evidence): void {
  const privateKey = createPrivateKey({ key: Buffer.from(bytes(evidence, 'peer')), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey({ key: Buffer.from(bytes(evidence, 'spki')), format: 'der', type: 'spki' });
  assert.deepEqual(new Uint8Array(diffieHellman({ privateKey, publicKey })), bytes(evidence, 'bits'));
}

function signatureAndDigest(evidence: Evidence): void {
  signature('sha256')(evidence);
  assert.equal(createHash('sha256').update(bytes(evidence, 'data')).digest('hex'), evidence.digest);
}

async function receipt(evidence: Evidence): Promise<void> {
  const keys = Buffer.from(bytes(evidence, 'keys')).toString().split(' ');
  const { ok, signatures } = await verifyReceipt(bytes(evidence, 'receipt'), { keys });
  assert.ok(ok);
  assert.deepEqual(
    signatures.map(({ valid }) => valid),
    [true, true],
  );
}

async function envelope(evidence: Evidence): Promise<void> {
  const opened = await openedEnvelope(Buffer.from(bytes(evidence, 'sealed')), async () => bytes(evidence, 'dataKey'));
  assert.deepEqual(new Uint8Array(opened), bytes(evidence, 'plaintext'));
}

/** By the name of the case. */
const confirmations: Readonly<Record<string, (evidence: Evidence) => void | Promise<void>>> = {
  'ECDSA P-256': signature('sha256'),
  Ed25519: signature(null),
  'ML-DSA-65': signature(null),
  receipts: receipt,
  envelopes: envelope,
  'SLH-DSA-SHA2-128f': signature(null),
  'ML-KEM-768': encapsulation('ML-KEM-768'),
  'MLKEM768-X25519': encapsulation('MLKEM768-X25519'),
  'AES-GCM': encryption,
  ECDH: agreement,
  'named keys': signature('sha256'),
  'the face of WebCrypto': signatureAndDigest,
  close: encapsulation('MLKEM768-X25519'),
};

/** Every case ran in the runtime, and OpenSSL by way of this one agrees with what it did there. */
export async function confirm(results: Results): Promise<void> {
  const errors = Object.entries(results).flatMap(([name, outcome]) =>
    'error' in outcome ? [`${name}: ${outcome.error}`] : [],
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(Object.keys(results), caseNames);
  for (const [name, outcome] of Object.entries(results)) {
    if ('evidence' in outcome) await confirmations[name]?.(outcome.evidence);
  }
}
