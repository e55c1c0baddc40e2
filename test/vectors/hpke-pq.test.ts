import { expect } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { readJson } from './vector-files.ts';

/** Fields in hexadecimal. */
interface Vector {
  readonly kem_id: number;
  readonly kdf_id: number;
  readonly aead_id: number;
  readonly skRm: string;
  readonly pkRm: string;
  readonly enc: string;
  readonly shared_secret: string;
  readonly encryptions: readonly unknown[];
  readonly exports: readonly unknown[];
}

const subtle = await connectToSidecar();

/** The KEMs whose secret HPKE takes as it is, by their number in draft-ietf-hpke-pq. */
const kems = new Map([
  [0x0040, 'ML-KEM-512'],
  [0x0041, 'ML-KEM-768'],
  [0x0042, 'ML-KEM-1024'],
  [0x0050, 'MLKEM768-P256'],
  [0x0051, 'MLKEM1024-P384'],
  [0x647a, 'MLKEM768-X25519'],
]);

const section = new Section('hpke-pq');
for (const vector of readJson<Vector[]>('hpke-pq/test-vectors.json')) {
  const { kem_id, kdf_id, aead_id, encryptions, exports } = vector;
  const suite = `suite ${kem_id}/${kdf_id}/${aead_id}`;
  const name = kems.get(kem_id);
  if (name === undefined) section.skip(suite, 1, 'DHKEM of RFC 9180 is made from deriveBits by the application');
  else section.check(`KEM of ${suite}`, [vector], (vector) => checkKem(name, vector));
  const uses = encryptions.length + exports.length;
  section.skip(suite, uses, 'the key schedule of HPKE is not part of WebCrypto');
}

async function checkKem(name: string, { skRm, pkRm, enc, shared_secret }: Vector): Promise<void> {
  const privateKey = await subtle.importKey('raw-seed', fromHex(skRm), name, false, ['decapsulateBits']);
  const publicKey = await subtle.getPublicKey(privateKey, ['encapsulateBits']);
  expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(pkRm);
  expect(toHex(await subtle.decapsulateBits(name, privateKey, fromHex(enc)))).toBe(shared_secret);
}
