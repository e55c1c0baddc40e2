import { OpensslFolder } from './import-senders.ts';

/** Somebody for whom a key is exported, and who has openssl alone. What was opened lies in `key.der`. */
export class OpensslRecipient extends OpensslFolder {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;

  constructor() {
    super();
    this.run('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072', '-out', 'own.pem');
    this.run('pkey', '-in', 'own.pem', '-pubout', '-outform', 'DER', '-out', 'own.der');
    this.publicKey = this.read('own.der');
  }

  /** CKM_RSA_AES_KEY_WRAP. */
  open(wrapped: Buffer): void {
    this.write('aes.enc', wrapped.subarray(0, 384));
    const oaep = ['rsa_padding_mode:oaep', 'rsa_oaep_md:sha256', 'rsa_mgf1_md:sha256'].flatMap((it) => [
      '-pkeyopt',
      it,
    ]);
    this.run('pkeyutl', '-decrypt', '-inkey', 'own.pem', ...oaep, '-in', 'aes.enc', '-out', 'aes.key');
    this.unwrap(wrapped.subarray(384), this.read('aes.key'));
  }

  /** AES-KWP. */
  unwrap(wrapped: Buffer, aesKey: Buffer): void {
    this.write('key.enc', wrapped);
    const key = ['-iv', 'A65959A6', '-K', aesKey.toString('hex')];
    this.run('enc', '-d', '-id-aes256-wrap-pad', ...key, '-in', 'key.enc', '-out', 'key.der');
  }
}
