import 'reflect-metadata';
import { strict as assert } from 'node:assert';
import { connect } from '@ferrohsm/sdk/node';
import * as x509 from '@peculiar/x509';
import { container } from 'tsyringe';

const name = 'MLDSA65-Ed25519-SHA512';
const oid = '1.3.6.1.5.5.7.6.48';
const identifier = new x509.AlgorithmProvider().toAsnAlgorithm({ name: oid });

// Teaches @peculiar/x509 the algorithm of draft-ietf-lamps-pq-composite-sigs: identifier without parameters.
container.registerInstance<x509.IAlgorithm>(x509.diAlgorithm, {
  toAsnAlgorithm: (algorithm) => (algorithm.name === name ? identifier : null),
  toWebAlgorithm: ({ algorithm }) => (algorithm === oid ? { name } : null),
});

await using hsm = await connect();
x509.cryptoProvider.set(hsm.crypto);

const root = await hsm.keys.create({ name: 'ca/composite-root', algorithm: name, usages: ['sign', 'verify'] });
const server = await hsm.keys.create({ name: 'tls/composite', algorithm: name, usages: ['sign', 'verify'] });
const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
const signingAlgorithm = { name };

const rootCertificate = await x509.X509CertificateGenerator.createSelfSigned({
  name: 'CN=Example Composite Root CA',
  ...validity,
  keys: { privateKey: root.privateKey, publicKey: root.publicKey },
  signingAlgorithm,
  extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
});
const certificate = await x509.X509CertificateGenerator.create({
  subject: 'CN=example.com',
  issuer: rootCertificate.subject,
  ...validity,
  publicKey: server.publicKey,
  signingKey: root.privateKey,
  signingAlgorithm,
});

const read = new x509.X509Certificate(certificate.toString('pem'));
assert.deepEqual(read.signatureAlgorithm, { name });
assert(await rootCertificate.verify({ signatureOnly: true }));
assert(await read.verify({ publicKey: rootCertificate, signatureOnly: true }));
assert(!(await read.verify({ signatureOnly: true })), 'the server did not sign its own certificate');
console.log(`${root.name} issued ${read.subject}, ${read.rawData.byteLength} bytes of ${name}`);
