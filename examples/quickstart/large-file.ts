import { strict as assert } from 'node:assert';
import { randomBytes, webcrypto } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Stage, tell } from './stage.ts';

const fileBytes = 10_000_000;
const aes = { name: 'AES-GCM', length: 256 };

/** A sender with nothing but the public key encrypts a file; only the sidecar can open it. */
export async function encryptFile({ hsm, folders }: Stage): Promise<void> {
  const algorithm = 'MLKEM768-X25519';
  const usages = ['encapsulateKey', 'decapsulateKey'] as const;
  const key = await hsm.keys.create({ name: 'backups/recipient', algorithm, usages });
  const [clear, sealed] = [join(folders.root, 'backup.tar'), join(folders.root, 'backup.tar.sealed')];
  writeFileSync(clear, randomBytes(fileBytes));

  const { sharedKey, ciphertext } = await webcrypto.subtle.encapsulateKey(algorithm, key.publicKey, aes, false, [
    'encrypt',
  ]);
  const iv = randomBytes(12);
  writeFileSync(
    sealed,
    new Uint8Array(await webcrypto.subtle.encrypt({ name: 'AES-GCM', iv }, sharedKey, readFileSync(clear))),
  );
  tell(`${fileBytes.toLocaleString('en')} bytes encrypted with the public key alone`);

  const opened = await hsm.subtle.decapsulateKey(algorithm, key.privateKey, ciphertext, aes, false, ['decrypt']);
  const plaintext = await hsm.subtle.decrypt({ name: 'AES-GCM', iv }, opened, readFileSync(sealed));
  assert(readFileSync(clear).equals(new Uint8Array(plaintext)));
  tell('decrypted in the sidecar: the same file; neither the private nor the shared key left it');
}
