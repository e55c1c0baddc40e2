import { strict as assert } from 'node:assert';
import { type Stage, tell } from './stage.ts';

const ed25519SignatureBytes = 64;

/** Two signatures in one: it holds as long as either algorithm does. */
export async function signComposite({ hsm }: Stage): Promise<void> {
  const algorithm = 'MLDSA65-Ed25519-SHA512';
  const key = await hsm.keys.create({ name: 'firmware/signing', algorithm, usages: ['sign', 'verify'] });
  const image = new TextEncoder().encode('firmware 1.2.3');
  const signature = await hsm.subtle.sign(algorithm, key.privateKey, image);
  assert(await hsm.subtle.verify(algorithm, key.publicKey, signature, image));
  tell(`${algorithm}: ${signature.byteLength} bytes, valid`);

  const stripped = signature.slice(0, -ed25519SignatureBytes);
  assert.equal(await hsm.subtle.verify(algorithm, key.publicKey, stripped, image), false);
  tell('without its Ed25519 half: refused');
}
