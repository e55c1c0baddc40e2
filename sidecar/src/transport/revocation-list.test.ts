import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pemBlocks } from './pem.ts';
import { readRevocationList, revocationKey } from './revocation-list.ts';
import { TestAuthority } from './test-authority.ts';
import { temporaryFolder } from './test-peer.ts';

const place = temporaryFolder();
let authority: TestAuthority;
beforeAll(() => {
  authority = new TestAuthority(place.folder, 'authority');
});
afterAll(() => place.remove());

function writtenList(): Buffer {
  const path = join(place.folder, 'list.pem');
  authority.writeList(path);
  return pemBlocks(readFileSync(path, 'utf8'), 'X509 CRL')[0] ?? Buffer.alloc(0);
}

it('an empty list revokes nothing', () => {
  expect(readRevocationList(writtenList())).toEqual([]);
});

it('revokes what openssl shows', () => {
  for (const name of ['a', 'b', 'c']) authority.revoke(authority.issue(name));
  const der = writtenList();
  const shown = execFileSync('openssl', ['crl', '-inform', 'DER', '-noout', '-text'], { input: der, encoding: 'utf8' });
  const serials = [...shown.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial = '']) => serial.toLowerCase());
  expect(serials).toHaveLength(3);
  // DER writes a leading zero before a first bit that is set.
  const read = readRevocationList(der).map((key) => key.replace(/ 00(?=[89a-f])/, ' '));
  expect(read).toEqual(serials.map((serial) => revocationKey('CN=authority,O=Test', serial)));
});

it('is refused when it is cut off', () => {
  const der = writtenList();
  for (let length = 0; length < der.length; length += 1) {
    expect(() => readRevocationList(der.subarray(0, length))).toThrow(RangeError);
  }
});
