import { strict as assert } from 'node:assert';
import { connect } from '@ferrohsm/sdk/node';

// What would a quantum computer break here? The inventory of an application, and what moving one key does to it.

await using hsm = await connect();

const sign = ['sign', 'verify'] as const;
const p256 = { name: 'ECDSA', namedCurve: 'P-256' };
await hsm.keys.create({ name: 'tokens/signing', algorithm: p256, usages: sign, labels: { team: 'web' } });
await hsm.keys.create({ name: 'partners/agreement', algorithm: 'X25519', usages: ['deriveBits'] });
await hsm.keys.create({ name: 'mail/kem', algorithm: 'MLKEM768-X25519', usages: ['encapsulateKey', 'decapsulateKey'] });
const aes = { name: 'AES-GCM', length: 256 };
await hsm.keys.create({ name: 'vault/master', algorithm: aes, usages: ['encrypt', 'decrypt'] });

/** The newest version of each key, page by page: a million keys are no more at once than two. */
async function* inventory() {
  let cursor: string | undefined;
  do {
    const page = await hsm.keys.inventory({ limit: 2, ...(cursor !== undefined && { cursor }) });
    for (const { record, versions } of page.entries) {
      const newest = versions.at(-1);
      assert(newest !== undefined);
      yield { name: record.name, algorithm: record.versions.at(-1)?.algorithm.name, ...newest };
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** Prints the inventory and gives the names of what has to move. */
async function vulnerable(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, algorithm, state, strength, usage } of inventory()) {
    const { quantumSafe, hybrid, securityBits } = strength;
    const verdict = quantumSafe ? (hybrid ? 'hybrid' : 'safe') : 'VULNERABLE';
    console.log(`${name}: ${algorithm}, ${state}, ${securityBits} bits, ${verdict}, ${usage?.uses} uses`);
    if (!quantumSafe) names.push(name);
  }
  return names;
}

const { privateKey } = await hsm.keys.get('tokens/signing');
await hsm.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new TextEncoder().encode('a token'));
assert.deepEqual(await vulnerable(), ['partners/agreement', 'tokens/signing']);

await hsm.keys.rotate('tokens/signing', { algorithm: 'ML-DSA-65', overlapSeconds: 0, reason: 'post-quantum' });
console.log('tokens/signing moves to ML-DSA-65');
assert.deepEqual(await vulnerable(), ['partners/agreement']);
