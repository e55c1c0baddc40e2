import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createJWT, verifyJWT } from 'did-jwt';
import * as jose from 'jose';
import * as oauth from 'oauth4webapi';
import { expect, test } from 'vitest';
import { p256, useSidecar } from './test-sidecar.ts';

const sidecar = useSidecar({ isGlobal: true });

test('oauth4webapi asks for a token with private_key_jwt and DPoP', async () => {
  const clientKey = await sidecar.createKey(p256, ['sign', 'verify']);
  const proofKey = await sidecar.createKey(p256, ['sign', 'verify']);
  const seen: { assertion?: string; proof?: string } = {};
  const server = createServer(async (request, response) => {
    const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    seen.assertion = body.get('client_assertion') ?? '';
    seen.proof = String(request.headers.dpop);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: 'token', token_type: 'DPoP' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client: oauth.Client = { client_id: 'shop' };
    const response = await oauth.clientCredentialsGrantRequest(
      { issuer, token_endpoint: `${issuer}/token` },
      client,
      oauth.PrivateKeyJwt(clientKey.privateKey),
      new URLSearchParams({ scope: 'orders' }),
      { DPoP: oauth.DPoP(client, proofKey), [oauth.allowInsecureRequests]: true },
    );
    expect(response.status).toBe(200);
    expect((await jose.jwtVerify(seen.assertion ?? '', clientKey.publicKey)).payload.iss).toBe('shop');
    const proof = await jose.jwtVerify(seen.proof ?? '', proofKey.publicKey, { typ: 'dpop+jwt' });
    expect(proof.payload.htu).toBe(`${issuer}/token`);
  } finally {
    server.close();
  }
});

test('did-jwt signs through a callback', async () => {
  const { privateKey, publicKey } = await sidecar.createKey(p256, ['sign', 'verify']);
  const did = 'did:web:shop.example';
  const signer = async (data: string | Uint8Array) => {
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await sidecar.hsm.subtle.sign(algorithm, privateKey, Buffer.from(data));
    return Buffer.from(signature).toString('base64url');
  };
  const token = await createJWT({ sub: did }, { issuer: did, signer, alg: 'ES256' }, { alg: 'ES256' });
  const publicKeyJwk = (await crypto.subtle.exportKey('jwk', publicKey)) as JsonWebKey & { kty: string };
  const key = { id: `${did}#1`, type: 'JsonWebKey2020', controller: did, publicKeyJwk };
  const resolver = {
    resolve: async () => ({
      didResolutionMetadata: {},
      didDocumentMetadata: {},
      didDocument: { id: did, verificationMethod: [key], authentication: [key.id], assertionMethod: [key.id] },
    }),
  };
  expect((await verifyJWT(token, { resolver })).verified).toBe(true);
});
