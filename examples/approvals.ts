import { strict as assert } from 'node:assert';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type Approval,
  connect,
  describeOperation,
  operationDigest,
  signApproval,
  verifyApproval,
} from '@ferrohsm/sdk/node';
import { calculateJwkThumbprint } from 'jose';

// Three officers govern the sidecar: "ferrohsm init" gave each a token and a key, and the policies ask for two approvals
// of an export (approvals.setup.ts, approvals.cedar).
const { FERROHSM_URL: url = '', OFFICERS: folder } = process.env;

/** What one officer does on the own computer; the key never leaves it. */
async function officer(person: string) {
  const hsm = await connect({ url, token: readFileSync(`${folder}/${person}.token`, 'utf8').trim() });
  const pem = readFileSync(`${folder}/${person}.key`);
  const key = createPrivateKey(pem).toCryptoKey('Ed25519', false, ['sign']) as CryptoKey;
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  const keyId = await calculateJwkThumbprint(jwk);
  const publicKey = { person, id: keyId, kind: 'jwk', algorithm: 'EdDSA', jwk: JSON.stringify(jwk) } as const;
  const sign = (approval: Approval) => signApproval(approval, key, { person, keyId, audience: hsm.hello.log.origin });
  const approve = async (id: string) => hsm.approvals.approve(id, { jws: await sign(await hsm.approvals.get(id)) });
  return { hsm, publicKey, sign, approve, [Symbol.asyncDispose]: () => hsm.close() };
}

await using alice = await officer('alice');
await using bob = await officer('bob');
await using carol = await officer('carol');

const algorithm = { name: 'AES-GCM', length: 256 };
await alice.hsm.keys.create({ name: 'vault/master', algorithm, usages: ['encrypt', 'decrypt'] });

// Alice asks for the secret of the key. The call is held until others have approved; she is told what to tell them.
const held = Promise.withResolvers<string>();
const waiting = alice.hsm.with({ wait: true, onHeld: ({ id }) => held.resolve(id) });
const exporting = waiting.keys.export('vault/master', 'raw-secret');
const id = await Promise.race([held.promise, exporting.then(() => assert.fail('nobody has approved'))]);

// She cannot approve it herself.
await assert.rejects(alice.approve(id), { code: 'permission_denied' });

// Bob reads what he signs. A request that was changed on its way to him has another digest, and is not signed.
const request = await bob.hsm.approvals.get(id);
console.log(describeOperation(request.operation).join('\n'));
const changed = { ...request, operation: { ...request.operation, params: '{"format":"jwk","name":"vault/master"}' } };
await assert.rejects(bob.sign(changed), { code: 'evidence_invalid' });
await bob.approve(id);
await carol.approve(id);

const { keyData } = await exporting;
console.log(`two officers approved, and ${keyData.length} secret bytes left the sidecar`);
keyData.fill(0);

// The approval was for one export, in that format.
await assert.rejects(alice.hsm.keys.export('vault/master', 'jwk'), { code: 'approval_required' });

// An auditor needs the evidence and the public keys of the officers, and no sidecar.
const evidence = await carol.hsm.approvals.get(id);
const { digest, persons } = await verifyApproval(evidence, [bob.publicKey, carol.publicKey]);
assert.equal(digest, await operationDigest(evidence.operation));
assert.deepEqual(persons, ['bob', 'carol']);
const forged = { ...evidence, operation: { ...evidence.operation, requester: 'mallory' } };
await assert.rejects(verifyApproval(forged, [bob.publicKey, carol.publicKey]), { code: 'evidence_invalid' });
console.log(`evidence of ${persons.join(' and ')} for ${digest} is valid`);
