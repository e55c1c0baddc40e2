import { createPrivateKey } from 'node:crypto';
import { type Needle, needlesOf } from './needles.ts';

/** Secret members of a JWK (RFC 7518 section 6, RFC 9964 section 3). */
const secretMembers = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'priv'] as const;

/** The secrets that a test has given to a sidecar or got from it. */
export class KnownSecrets {
  readonly #needles: Needle[] = [];

  get needles(): readonly Needle[] {
    return this.#needles;
  }

  add(name: string, bytes: ArrayBuffer | Uint8Array): void {
    this.#needles.push(...needlesOf(name, new Uint8Array(bytes)));
  }

  /** What is secret in an exported key, which also holds public parts; SLH-DSA's second half is one (FIPS 205 section 9.1). */
  addKey(name: string, format: string, bytes: ArrayBuffer | Uint8Array): void {
    if (format === 'pkcs8') this.addJwk(name, jwkOf(Buffer.from(new Uint8Array(bytes))));
    else if (format === 'jwk') this.addJwk(name, JSON.parse(new TextDecoder().decode(bytes)));
    else if (name.startsWith('SLH-DSA')) this.add(name, bytes.slice(0, bytes.byteLength / 2));
    else this.add(name, bytes);
  }

  addJwk(name: string, jwk: object): void {
    const secrets = Object.entries(jwk).filter(([member]) => (secretMembers as readonly string[]).includes(member));
    if (secrets.length === 0) throw new Error(`${name} has no secret`);
    for (const [member, text] of secrets) this.add(`${name} ${member}`, Buffer.from(String(text), 'base64url'));
  }
}

function jwkOf(key: Buffer): object {
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
}
