import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, signApproval } from '@ferrohsm/sdk/node';
import { calculateJwkThumbprint } from 'jose';

// A backup that nobody has restored is a hope. This one is written, rehearsed, damaged and refused.
// Started with: ferrohsm serve --backup-folder BACKUPS (backup-rehearsal.setup.ts)
const { FERROHSM_URL: url = '', OFFICERS: officers, BACKUPS: backups, FERROHSM: ferrohsm = '' } = process.env;

/** Connects as one of the officers. */
const connectAs = (person: string) =>
  connect({ url, token: readFileSync(`${officers}/${person}.token`, 'utf8').trim() });

await using alice = await connectAs('alice');
await using bob = await connectAs('bob');

const usages = ['sign', 'verify'] as const;
for (const algorithm of ['Ed25519', 'ML-DSA-65', 'MLDSA65-Ed25519-SHA512']) {
  await alice.keys.create({ name: `releases/${algorithm.toLowerCase()}`, algorithm, usages });
}

// Whoever keeps the private key makes it elsewhere; the sidecar only ever sees the public half.
const { privateKey, publicKey } = generateKeyPairSync('ml-kem-768');
const keyFile = `${officers}/backup.pem`;
writeFileSync(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
const recipient = { algorithm: 'ML-KEM-768', publicKey: publicKey.export({ format: 'raw-public' }) } as const;

// All secrets leave, encrypted: nobody does that alone. Bob approves this very public key.
const held = Promise.withResolvers<string>();
const waiting = alice.with({ wait: true, onHeld: ({ id }) => held.resolve(id) });
const writing = waiting.backups.create(recipient);
const approval = await bob.approvals.get(await Promise.race([held.promise, writing.then(() => assert.fail())]));
const pem = readFileSync(`${officers}/bob.key`);
const key = createPrivateKey(pem).toCryptoKey('Ed25519', false, ['sign']) as CryptoKey;
const keyId = await calculateJwkThumbprint(createPublicKey(pem).export({ format: 'jwk' }));
const jws = await signApproval(approval, key, { person: 'bob', keyId, audience: bob.hello.log.origin });
await bob.approvals.approve(approval.id, { jws });
const { file, sizeBytes, stateRoot } = await writing;
console.log(`written: ${sizeBytes} bytes, state root ${stateRoot.slice(0, 16)}…`);

/** What `ferrohsm backup rehearse` says: it restores into a private folder, opens every secret and compares the roots. */
function rehearse(path: string): { keys: number; manifest: { stateRoot: string } } {
  const words = [ferrohsm, 'backup', 'rehearse', path, '--recipient-key', keyFile, '--json'];
  return JSON.parse(execFileSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] }).toString());
}

const { keys, manifest } = rehearse(`${backups}/${file}`);
assert.equal(manifest.stateRoot, stateRoot);
console.log(`rehearsed: ${keys} keys, every secret opened, the same state root`);

// One bit of it changes on its way to the vault.
const content = readFileSync(`${backups}/${file}`);
content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
writeFileSync(`${officers}/damaged.fhbk`, content);
assert.throws(() => rehearse(`${officers}/damaged.fhbk`), /does not verify/);
console.log('damaged: refused');
