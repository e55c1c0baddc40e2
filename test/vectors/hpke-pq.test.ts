import { createHpke, hpkeSuiteOf } from '@ferrohsm/sdk/hpke';
import { expect } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { importRecipient } from './recipient-key.ts';
import { Section } from './section.ts';
import { connectToSidecar } from './sidecar.ts';
import { readJson } from './vector-files.ts';

/** Fields in hexadecimal. */
interface Vector {
  readonly kem_id: number;
  readonly kdf_id: number;
  readonly aead_id: number;
  readonly info: string;
  readonly skRm: string;
  readonly pkRm: string;
  readonly enc: string;
  readonly shared_secret: string;
  readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[];
  readonly exports: readonly {
    readonly exporter_context: string;
    readonly L: number;
    readonly exported_value: string;
  }[];
}

const subtle = await connectToSidecar();
const section = new Section('hpke-pq');

for (const vector of readJson<Vector[]>('hpke-pq/test-vectors.json')) {
  const suite = hpkeSuiteOf({ kem: vector.kem_id, kdf: vector.kdf_id, aead: vector.aead_id });
  const title = `${suite.kem}, ${suite.kdf}, ${suite.aead}`;
  const keys = { suite, privateKey: fromHex(vector.skRm), publicKey: fromHex(vector.pkRm) };
  const hpke = createHpke(subtle, suite);
  const shared = once(async () => {
    const recipient = await importRecipient(subtle, keys);
    return hpke.setupRecipient(recipient, fromHex(vector.enc), { info: fromHex(vector.info) });
  });
  if (!suite.kem.startsWith('DHKEM')) section.check(`KEM of ${title}`, [vector], checkKem(suite.kem));
  section.check(`encryptions of ${title}`, vector.encryptions, async ({ aad, ct, pt }) => {
    expect(toHex(await (await shared()).open(fromHex(ct), fromHex(aad)))).toBe(pt);
  });
  section.check(`exports of ${title}`, vector.exports, async ({ exporter_context, L, exported_value }) => {
    expect(toHex(await (await shared()).export(fromHex(exporter_context), L))).toBe(exported_value);
  });
}

/** One recipient opens the messages in their order. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function checkKem(name: string) {
  return async ({ skRm, pkRm, enc, shared_secret }: Vector): Promise<void> => {
    const privateKey = await subtle.importKey('raw-seed', fromHex(skRm), name, false, ['decapsulateBits']);
    const publicKey = await subtle.getPublicKey(privateKey, ['encapsulateBits']);
    expect(toHex(await subtle.exportKey('raw-public', publicKey))).toBe(pkRm);
    expect(toHex(await subtle.decapsulateBits(name, privateKey, fromHex(enc)))).toBe(shared_secret);
  };
}
