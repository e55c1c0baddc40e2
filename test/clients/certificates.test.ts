import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { expect, test } from 'vitest';
import { type Algorithm, p256, rsa, useSidecar } from './test-sidecar.ts';

const sidecar = useSidecar({ isGlobal: false });

const signatures: Record<string, { key: Algorithm; signing: Algorithm }> = {
  ECDSA: { key: p256, signing: { name: 'ECDSA', hash: 'SHA-256' } as Algorithm },
  Ed25519: { key: 'Ed25519', signing: { name: 'Ed25519' } },
  RSA: { key: rsa('RSASSA-PKCS1-v1_5'), signing: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as Algorithm },
  'ML-DSA-65': { key: 'ML-DSA-65', signing: { name: 'ML-DSA-65' } },
};

test.each(Object.entries(signatures))('@peculiar/x509 issues a certificate with %s', async (name, { key, signing }) => {
  const keys = await sidecar.createKey(key, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
      signingAlgorithm: signing as never,
    },
    sidecar.hsm.crypto,
  );
  const checked = new X509Certificate(certificate.toString('pem'));
  expect(checked.verify(checked.publicKey)).toBe(true);
  expect(checked.subject).toBe(`CN=${name}`);
});

test('pkijs issues a certificate with ECDSA', async () => {
  const { privateKey, publicKey } = await sidecar.createKey(p256, ['sign', 'verify']);
  const engine = new pkijs.CryptoEngine({ name: 'ferrohsm', crypto: sidecar.hsm.crypto });
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1js.Integer({ value: 1 });
  const name = new pkijs.AttributeTypeAndValue({
    type: '2.5.4.3',
    value: new asn1js.Utf8String({ value: 'pkijs' }),
  });
  certificate.issuer.typesAndValues.push(name);
  certificate.subject.typesAndValues.push(name);
  certificate.notBefore.value = new Date('2026-01-01');
  certificate.notAfter.value = new Date('2036-01-01');
  await certificate.subjectPublicKeyInfo.importKey(publicKey, engine);
  await certificate.sign(privateKey, 'SHA-256', engine);
  const checked = new X509Certificate(Buffer.from(certificate.toSchema(true).toBER()));
  expect(checked.verify(checked.publicKey)).toBe(true);
});
