import { strict as assert } from 'node:assert';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from '@ferrohsm/sdk/node';
import { serveApplication, writeSetup } from './pkcs11/application.ts';

// OpenSSL makes a certificate with a key of the sidecar, by the engine of libp11.

const { OPERATOR_SOCKET = '' } = process.env;

await using application = await serveApplication(['openssl'], 'openssl libengine-pkcs11-openssl');
if (application !== undefined) {
  const { path, pinFile, run } = application;

  // A key of WebCrypto: PKCS#11 sees it too.
  await using hsm = await connect({ socket: OPERATOR_SOCKET });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await hsm.keys.create({ name: 'web/tls', algorithm, usages: ['sign', 'verify'] });

  const configuration = path('openssl-pkcs11.cnf');
  writeSetup('openssl', configuration);
  const uri = `pkcs11:object=${encodeURIComponent(key.name)};type=private;pin-source=file:${pinFile}`;
  const request = ['-new', '-x509', '-engine', 'pkcs11', '-keyform', 'engine', '-key', uri, '-subj', '/CN=web.example'];
  run('openssl', ['req', ...request, '-out', 'web.pem'], { OPENSSL_CONF: configuration });

  const certificate = new X509Certificate(readFileSync(path('web.pem')));
  assert(certificate.verify(certificate.publicKey));
  const spki = Buffer.from(await hsm.subtle.exportKey('spki', key.publicKey));
  assert(spki.equals(certificate.publicKey.export({ type: 'spki', format: 'der' })));
  console.log(`openssl made the certificate of ${certificate.subject} with ${key.name}`);
}
