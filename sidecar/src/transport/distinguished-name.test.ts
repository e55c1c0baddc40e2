import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCertificate } from './certificate.ts';
import { TestAuthority } from './test-authority.ts';
import { temporaryFolder } from './test-peer.ts';

const place = temporaryFolder();
let authority: TestAuthority;
beforeAll(() => {
  authority = new TestAuthority(place.folder, 'authority');
});
afterAll(() => place.remove());

describe('a subject', () => {
  it.each([
    '/CN=payments',
    '/C=CH/O=Example, Inc./OU=a+b/CN=c;d<e>f"g',
    '/O= leading and trailing /CN=#hash # inside',
    '/O=back\\\\slash/CN=equals\\=sign',
    '/O=Zürich 🔑/CN=é',
    '/C=CH/O=one/OU=x+CN=y+UID=z',
    '/O=same/O=twice/CN=mail/emailAddress=a@example.org',
  ])('%s is written as openssl writes it', (subject) => {
    const { certificate } = authority.issue('any', { subject });
    const printed = execFileSync('openssl', ['x509', '-in', certificate, '-noout', '-subject', '-nameopt', 'RFC2253']);
    const der = execFileSync('openssl', ['x509', '-in', certificate, '-outform', 'DER']);
    expect(`subject=${readCertificate(der).subject}\n`).toBe(printed.toString());
    expect(readCertificate(der).issuer).toBe('CN=authority,O=Test');
  });

  it('cannot be read from a certificate that is cut off', () => {
    const { certificate } = authority.issue('cut');
    const der = execFileSync('openssl', ['x509', '-in', certificate, '-outform', 'DER']);
    for (let length = 0; length < der.length; length += 1) {
      expect(() => readCertificate(der.subarray(0, length))).toThrow(RangeError);
    }
  });
});
