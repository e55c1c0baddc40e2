import { execFileSync } from 'node:child_process';
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportWrappingName } from '@ferrohsm/sdk/node';
import { aeskwp } from '@noble/ciphers/aes.js';
import * as hpke from 'hpke';

/** Where a key is wrapped to, as keys.prepareImport answers it. */
export interface ImportTarget {
  readonly importId: string;
  /** SubjectPublicKeyInfo, DER, base64url. */
  readonly publicKey: string;
}

type Sender = (target: ImportTarget, key: Uint8Array) => Promise<Buffer>;

/** Outsiders who wrap a key: nothing of them is FerroHSM's. */
export const senders: Readonly<Record<ImportWrappingName, Sender>> = Object.freeze({
  'HPKE-MLKEM768-X25519': hpkeSender(hpke.KEM_MLKEM768_X25519, 1216),
  'HPKE-X25519': hpkeSender(hpke.KEM_DHKEM_X25519_HKDF_SHA256, 32),
  'RSA-OAEP-AES-KWP': async (target, key) => {
    const aesKey = randomBytes(32);
    return Buffer.concat([encryptOaep(target, aesKey), aeskwp(aesKey).encrypt(key)]);
  },
});

function hpkeSender(kem: hpke.KEMFactory, publicKeyBytes: number): Sender {
  const suite = new hpke.CipherSuite(kem, hpke.KDF_HKDF_SHA256, hpke.AEAD_AES_256_GCM);
  return async ({ importId, publicKey }, key) => {
    const raw = Uint8Array.from(Buffer.from(publicKey, 'base64url').subarray(-publicKeyBytes));
    const info = Buffer.from(`ferrohsm/import/v1\0${importId}`);
    const { encapsulatedSecret, ciphertext } = await suite.Seal(await suite.DeserializePublicKey(raw), key, { info });
    return Buffer.concat([encapsulatedSecret, ciphertext]);
  };
}

export function encryptOaep({ publicKey }: ImportTarget, data: Uint8Array): Buffer {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64url'), format: 'der', type: 'spki' });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, data);
}

/** A folder in which openssl is run. */
export class OpensslFolder implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), 'ferrohsm-openssl-'));

  run(...words: readonly string[]): void {
    execFileSync('openssl', words, { cwd: this.#path, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  read(name: string): Buffer {
    return readFileSync(join(this.#path, name));
  }

  write(name: string, bytes: Uint8Array): void {
    writeFileSync(join(this.#path, name), bytes);
  }

  /** CKM_RSA_AES_KEY_WRAP of a file by openssl alone. */
  wrapped(name: string, { publicKey }: ImportTarget): Buffer {
    this.write('import.der', Buffer.from(publicKey, 'base64url'));
    this.run('rand', '-out', 'aes.key', '32');
    const aesKey = this.read('aes.key').toString('hex');
    const oaep = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'].flatMap((it) => [
      '-pkeyopt',
      it,
    ]);
    const inputs = ['-in', 'aes.key', '-out', 'aes.enc'];
    this.run('pkeyutl', '-encrypt', '-pubin', '-inkey', 'import.der', '-keyform', 'DER', ...oaep, ...inputs);
    this.run('enc', '-id-aes256-wrap-pad', '-iv', 'A65959A6', '-K', aesKey, '-in', name, '-out', 'key.enc');
    return Buffer.concat([this.read('aes.enc'), this.read('key.enc')]);
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true });
  }
}
