import 'reflect-metadata';
import { strict as assert } from 'node:assert';
import { X509Certificate } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
import * as x509 from '@peculiar/x509';

await using hsm = await connect();
x509.cryptoProvider.set(hsm.crypto);

const algorithm = 'ML-DSA-65';
const key = await hsm.keys.create({ name: 'ca/root', algorithm, usages: ['sign', 'verify'] });

const certificate = await x509.X509CertificateGenerator.createSelfSigned({
  name: 'CN=Example Root CA',
  notBefore: new Date('2026-01-01'),
  notAfter: new Date('2036-01-01'),
  keys: { privateKey: key.privateKey, publicKey: key.publicKey },
  signingAlgorithm: { name: algorithm },
  extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
});

// OpenSSL, through Node, checks it.
const checked = new X509Certificate(certificate.toString('pem'));
assert(checked.verify(checked.publicKey));
console.log(`${key.name} issued ${checked.subject}, ${checked.raw.length} bytes`);
