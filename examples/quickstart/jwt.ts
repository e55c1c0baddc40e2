import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '@ferrohsm/sdk/node';
import { SignJWT } from 'jose';
import { type Stage, tell } from './stage.ts';

/** jose, unchanged, signs with a key that it never sees; openssl checks the signature. */
export async function signJwt({ hsm, folders }: Stage): Promise<void> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await hsm.keys.create({ name: 'tokens/signing', algorithm, usages: ['sign', 'verify'] });
  const uninstall = install(hsm.crypto);
  const token = await new SignJWT({ sub: 'alice', scope: 'orders:read' })
    .setProtectedHeader({ alg: 'ES256', kid: key.id })
    .setExpirationTime('5m')
    .sign(key.privateKey);
  uninstall();
  tell(`jose signed ${token.slice(0, 48)}...`);

  const [header, payload, signature = ''] = token.split('.');
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', key.publicKey));
  const checker = checkWithOpenssl(folders.root, spki, `${header}.${payload}`, Buffer.from(signature, 'base64url'));
  tell(`verified by ${checker}`);
}

function checkWithOpenssl(folder: string, spki: Buffer, signed: string, signature: Buffer): string {
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const [pem, der, text] = ['public.pem', 'signature.der', 'signed.txt'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(pem, publicKey.export({ format: 'pem', type: 'spki' }));
  writeFileSync(der, derSignature(signature));
  writeFileSync(text, signed);
  const openssl = spawnSync('openssl', ['dgst', '-sha256', '-verify', pem, '-signature', der, text], {
    encoding: 'utf8',
  });
  if (openssl.error === undefined) {
    assert.equal(openssl.stdout.trim(), 'Verified OK');
    return 'the openssl command';
  }
  assert(verify('sha256', Buffer.from(signed), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature));
  return 'native crypto (there is no openssl command here)';
}

/** JOSE writes r and s side by side (RFC 7518 section 3.4), openssl wants them in ASN.1 (RFC 3279 section 2.2.3). */
function derSignature(signature: Buffer): Buffer {
  const body = Buffer.concat([derInteger(signature.subarray(0, 32)), derInteger(signature.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

function derInteger(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const shortest = bytes.subarray(start);
  const padded = (shortest[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), shortest]) : shortest;
  return Buffer.concat([Buffer.of(0x02, padded.length), padded]);
}
