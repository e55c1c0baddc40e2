import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, install, type NamedKey } from '@ferrohsm/sdk/node';
import { createRemoteJWKSet, exportJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';

// An issuer of JWTs whose key is in the sidecar. It publishes its public keys, and rotates without a gap.

const name = 'tokens/signing';
const issuer = 'https://shop.example';
/** How long a verifier may keep the published keys. */
const cacheMs = 300_000;
/** How long a token is good. */
const lifetimeMs = 600_000;

await using hsm = await connect();
install(hsm.crypto);
await hsm.keys.create({ name, algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'] });

/** The newest version that every verifier has seen; a new one is published first and signs after that. */
function signingVersion({ record }: NamedKey, nowMs: number): number {
  const active = record.versions.filter(({ state }) => state === 'active').map(({ version }) => version);
  const published = record.versions.filter(({ createdAt }) => createdAt + cacheMs <= nowMs);
  const known = published.map(({ version }) => version).filter((version) => active.includes(version));
  return known.length > 0 ? Math.max(...known) : Math.min(...active);
}

async function issue(claims: JWTPayload, nowMs = Date.now()): Promise<string> {
  const key = await hsm.keys.get(name);
  const version = signingVersion(key, nowMs);
  const { privateKey } = await key.version(version);
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: `${key.id}/${version}` })
    .setIssuer(issuer)
    .setExpirationTime(new Date(nowMs + lifetimeMs))
    .sign(privateKey);
}

/** Versions that sign, and those whose last token has not expired; a compromised one is gone at once. */
async function publishedKeys() {
  const key = await hsm.keys.get(name);
  const isWanted = (endsAt = Number.POSITIVE_INFINITY) => endsAt + lifetimeMs > Date.now();
  const wanted = key.record.versions.filter(
    ({ state, endsAt }) => (state === 'active' || state === 'deactivated') && isWanted(endsAt),
  );
  const jwks = wanted.map(async ({ version }) => {
    const { publicKey } = await key.version(version);
    return { ...(await exportJWK(publicKey)), kid: `${key.id}/${version}`, alg: 'ES256', use: 'sig' };
  });
  return { keys: await Promise.all(jwks) };
}

const server = createServer(async (_, response) => {
  response.setHeader('content-type', 'application/jwk-set+json');
  response.setHeader('cache-control', `max-age=${cacheMs / 1000}`);
  response.end(JSON.stringify(await publishedKeys()));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`);

// A verifier elsewhere: jose, which knows the URL and nothing else.
const verifierKeys = createRemoteJWKSet(url, { cacheMaxAge: cacheMs });
const verify = (token: string) => jwtVerify(token, verifierKeys, { issuer });
const kidOf = async (token: string) => (await verify(token)).protectedHeader.kid?.replace(/.*\//, 'version ');

const first = await issue({ scope: 'orders:read' });
console.log(`before the rotation: ${await kidOf(first)}`);

// The overlap is longer than verifiers keep keys: both versions may sign meanwhile.
await hsm.keys.rotate(name, { overlapSeconds: (2 * cacheMs) / 1000, reason: 'every quarter' });
const second = await issue({ scope: 'orders:read' });
assert.equal(await kidOf(second), 'version 1');
console.log(`right after it: ${await kidOf(second)}, published are ${(await publishedKeys()).keys.length}`);

// When every verifier has asked again, the new version signs, and what the old one signed is still good.
await verifierKeys.reload();
const third = await issue({ scope: 'orders:read' }, Date.now() + cacheMs);
assert.equal(await kidOf(third), 'version 2');
assert.equal(await kidOf(first), 'version 1');
console.log(`once every verifier knows it: ${await kidOf(third)}`);

// A version that somebody else has got hold of leaves the list at once.
await hsm.keys.compromise(name, { version: 1, reason: 'laptop stolen' });
await verifierKeys.reload();
await assert.rejects(verify(first), { code: 'ERR_JWKS_NO_MATCHING_KEY' });
console.log(`compromised: ${(await publishedKeys()).keys.length} published, its tokens are refused`);
server.close();
server.closeAllConnections();
