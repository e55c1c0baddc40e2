import 'reflect-metadata';
import { strict as assert } from 'node:assert';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type Stage, tell } from './stage.ts';

/** @peculiar/x509 issues a certificate with a post-quantum key of the sidecar. */
export async function issueCertificate({ hsm }: Stage): Promise<void> {
  const algorithm = 'ML-DSA-65';
  const key = await hsm.keys.create({ name: 'ca/root', algorithm, usages: ['sign', 'verify'] });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Quickstart Root CA',
      keys: { privateKey: key.privateKey, publicKey: key.publicKey },
      signingAlgorithm: { name: algorithm },
    },
    hsm.crypto,
  );
  const checked = new X509Certificate(certificate.toString('pem'));
  assert(checked.verify(checked.publicKey));
  tell(`${checked.subject}: ${checked.raw.length} bytes, ${checked.publicKey.asymmetricKeyType}, verified by OpenSSL`);
}
