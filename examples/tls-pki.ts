import 'reflect-metadata';
import { strict as assert } from 'node:assert';
import { X509Certificate as NodeCertificate, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect as connectTls, createServer } from 'node:tls';
import { connect } from '@ferrohsm/sdk/node';
import * as x509 from '@peculiar/x509';

// A CA whose key is in the sidecar, once classical and once post-quantum. It issues short-lived certificates to servers,
// which make their own keys and show a request for a certificate.

await using hsm = await connect();
x509.cryptoProvider.set(hsm.crypto);

const dayMs = 86_400_000;
const classical = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const postQuantum = { name: 'ML-DSA-65' } as const;
type Algorithm = typeof classical | typeof postQuantum;

/** The authority: a named key, and a certificate that it signs itself. */
async function createAuthority(name: string, algorithm: Algorithm) {
  const { privateKey, publicKey } = await hsm.keys.create({ name, algorithm, usages: ['sign', 'verify'] });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: `CN=${name}`,
    notAfter: new Date(Date.now() + 3650 * dayMs),
    keys: { privateKey, publicKey },
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return { privateKey, certificate, algorithm };
}

type Authority = Awaited<ReturnType<typeof createAuthority>>;

/** What a server does: its private key never leaves it, the authority gets a request. */
async function createRequest(algorithm: Algorithm, host: string) {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const extensions = [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])];
  const request = { name: `CN=${host}`, keys, signingAlgorithm: algorithm, extensions };
  const csr = await x509.Pkcs10CertificateRequestGenerator.create(request);
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { key, request: csr.toString('pem') };
}

/** What the authority does: the request must be signed by its key, and ask for a name that is allowed. */
async function issue({ privateKey, certificate, algorithm }: Authority, pem: string, allowed: string) {
  const request = new x509.Pkcs10CertificateRequest(pem);
  assert(await request.verify(), 'the request is not signed by its key');
  const asked = [...request.extensions].filter((each) => each instanceof x509.SubjectAlternativeNameExtension);
  const names = asked.flatMap((each) => each.names.toJSON());
  assert.deepEqual(names, [{ type: 'dns', value: allowed }]);
  return await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString('hex'),
    subject: request.subject,
    issuer: certificate.subject,
    notAfter: new Date(Date.now() + 7 * dayMs),
    publicKey: request.publicKey,
    signingKey: privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: allowed }]),
      await x509.AuthorityKeyIdentifierExtension.create(certificate),
    ],
  });
}

/** A TLS server with that certificate, and a client that trusts the authority and nobody else. */
async function greet(host: string, key: string, cert: string, ca: string): Promise<string> {
  const server = createServer({ key, cert, minVersion: 'TLSv1.3' }, (socket) => socket.end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ host: '127.0.0.1', port, servername: host, ca });
  const [text] = await once(client, 'data');
  assert(client.authorized);
  server.close();
  return `${text} by ${client.getProtocol()}`;
}

for (const [name, algorithm] of [
  ['ca/classical', classical],
  ['ca/post-quantum', postQuantum],
] as const) {
  const authority = await createAuthority(name, algorithm);
  const { key, request } = await createRequest(algorithm, 'shop.example');
  const certificate = await issue(authority, request, 'shop.example');

  // OpenSSL checks both, by way of Node.
  const [leaf, root] = [certificate, authority.certificate].map((each) => new NodeCertificate(each.toString('pem')));
  assert(leaf && root && leaf.checkIssued(root) && leaf.verify(root.publicKey) && leaf.checkHost('shop.example'));
  const greeting = await greet('shop.example', key, leaf.toString(), root.toString());
  console.log(`${name}: ${leaf.subject}, ${leaf.raw.length} bytes of ${algorithm.name}: ${greeting}`);
}

// A request for another name is not signed.
const { request } = await createRequest(classical, 'bank.example');
await assert.rejects(
  issue(await createAuthority('ca/other', classical), request, 'shop.example'),
  assert.AssertionError,
);
console.log('a request for another name: refused');
