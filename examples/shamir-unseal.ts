import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, FerroHsmError } from '@ferrohsm/sdk/node';

// Nobody alone opens this sidecar: its root key is in five shares, and any three custodians do.
// It is started sealed: ferrohsm serve --root-key-shares
const { SHARES = 'shares' } = process.env;
await using hsm = await connect();

async function give(custodian: number): Promise<void> {
  const share = await readFile(join(SHARES, `share-${custodian}.txt`));
  const { sealed, progress } = await hsm.system.unseal(share).finally(() => share.fill(0));
  console.log(
    `custodian ${custodian}: ${progress?.have} of ${progress?.need} shares, ${sealed ? 'sealed' : 'unsealed'}`,
  );
}

async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => 'permitted',
    (thrown: unknown) => thrown,
  );
  return error instanceof FerroHsmError ? error.message : String(error);
}

console.log(`before: ${await refusal(hsm.system.random(16))}`);
await give(1);
await give(4);
console.log(`the same share again: ${await refusal(give(4))}`);
await give(5);

// The very same client goes on.
const { privateKey } = await hsm.keys.create({
  name: 'vault/signing',
  algorithm: 'Ed25519',
  usages: ['sign', 'verify'],
});
const signature = await hsm.subtle.sign('Ed25519', privateKey, new TextEncoder().encode('hello'));
console.log(`signed: ${signature.byteLength} bytes`);

// The emergency brake: keys are wiped from memory, and people are needed to come back.
await hsm.system.seal();
console.log(`after the seal: ${await refusal(hsm.system.random(16))}`);
for (const custodian of [2, 3, 4]) await give(custodian);
console.log(`back again: ${(await hsm.keys.get('vault/signing')).name}`);

const { records } = await hsm.audit.list({ limit: 1000 });
const given = records.filter(({ record }) => record.operation === 'system.unseal' && record.outcome === 'ok');
console.log(`on record: shares ${given.map(({ record }) => record.details?.share).join(', ')}`);
