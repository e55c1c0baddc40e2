import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Office } from './office.ts';
import { steady } from './steady-screen.ts';
import { hasTmux, type Terminal } from './terminal.ts';

const office = new Office();

beforeAll(async () => {
  const { keys } = office.hsm;
  await keys.create({ name: 'documents', algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] });
  await keys.create({ name: 'backups', algorithm: { name: 'AES-GCM', length: 256 }, usages: ['encrypt', 'decrypt'] });
  await keys.create({
    name: 'exchange',
    algorithm: { name: 'ML-KEM-768' },
    usages: ['encapsulateBits', 'decapsulateBits'],
  });
});

/** Sits down at the form of an operation with a key. */
async function begin(operation: string, key: string): Promise<Terminal> {
  const terminal = await office.sit();
  terminal.press('/');
  terminal.type(key);
  await terminal.until(/key 1 of 1 /);
  terminal.press('Enter', 'o');
  await terminal.until(new RegExp(`with ${key}\\?`));
  await terminal.pressUntil('Down', new RegExp(`^> ${operation} `, 'm'));
  terminal.press('Enter');
  await terminal.until(new RegExp(`^ {2}key \\* +${key}$`, 'm'));
  return terminal;
}

describe.skipIf(!hasTmux())('the screen of operations', () => {
  test('signs a text, shows the signature in two encodings and writes it; verifies it, and refuses another', async () => {
    const terminal = await begin('sign', 'documents');
    terminal.type('attack at dawn');
    const form = await terminal.until(/^> text +attack at dawn$/m);
    await expect(steady(form)).toMatchFileSnapshot('screens/operate-sign.txt');
    terminal.press('Enter');
    const shown = await terminal.until(/^64 bytes as base64url$/m);
    const [, text = ''] = /^64 bytes as base64url\n(\S+)\n(\S+)$/m.exec(shown) ?? [];
    terminal.press('e');
    await terminal.until(/^64 bytes as hex$/m);
    terminal.press('w');
    terminal.type('dawn.sig');
    terminal.press('Enter');
    await terminal.until(/^wrote 64 bytes to dawn\.sig$/m);
    const signature = readFileSync(office.path('dawn.sig'));
    expect(signature.toString('base64url').startsWith(text)).toBe(true);
    const { publicKey } = await office.hsm.keys.get('documents');
    const spki = Buffer.from((await office.hsm.subtle.exportKey('spki', publicKey)) as ArrayBuffer);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('attack at dawn'), key, signature)).toBe(true);
    // The file is not written over.
    terminal.press('w');
    terminal.type('dawn.sig');
    terminal.press('Enter');
    await terminal.until(/^error: refusing to replace dawn\.sig$/m, /^next: /m);
    // Two at once would be one escape sequence.
    terminal.press('Escape');
    await terminal.until(/e encoding/);
    terminal.press('Escape');
    await terminal.until(/What should be done/);
    terminal.press('Down', 'Enter');
    await terminal.until(/^Verify a raw signature/m);
    terminal.type('attack at noon');
    terminal.press('Down');
    terminal.type(signature.toString('base64url'));
    terminal.press('Enter');
    await terminal.until(/^error: the signature is not valid$/m);
    terminal.press('Up');
    for (let typed = 0; typed < 'noon'.length; typed++) terminal.press('BSpace');
    terminal.type('dawn');
    terminal.press('Enter');
    await terminal.until(/^valid$/m);
  });

  test('encrypts a text to a file, and decrypts the file to what was typed', async () => {
    const terminal = await begin('encrypt', 'backups');
    terminal.type('grüße');
    terminal.press('Up', 'Up');
    terminal.type('greeting.fhsm');
    await terminal.until(/^> out +greeting\.fhsm$/m);
    terminal.press('Enter');
    await terminal.until(/^wrote \d+ bytes to greeting\.fhsm$/m);
    terminal.press('Escape');
    await terminal.until(/What should be done/);
    terminal.press('Down', 'Enter');
    await terminal.until(/^Decrypt what "ferrohsm encrypt" wrote/m);
    terminal.press('Down');
    terminal.type('greeting.fhsm');
    terminal.press('Enter');
    await terminal.until(/^7 bytes as text$/m, /^grüße$/m);
  });

  test('a text of several lines is pasted as it is, and where nothing is typed a paste does nothing', async () => {
    const terminal = await begin('sign', 'documents');
    terminal.paste('first\nq second');
    await terminal.until(/^> text +first\\u\{a\}q second$/m);
    terminal.press('Enter');
    await terminal.until(/^64 bytes as base64url$/m);
    terminal.paste('q\n');
    terminal.press('w');
    await terminal.until(/^new file: $|^new file:$/m);
    terminal.paste('pasted.sig');
    terminal.press('Enter');
    await terminal.until(/^wrote 64 bytes to pasted\.sig$/m);
    const { publicKey } = await office.hsm.keys.get('documents');
    const signature = readFileSync(office.path('pasted.sig'));
    const valid = await office.hsm.subtle.verify('Ed25519', publicKey, signature, Buffer.from('first\nq second'));
    expect(valid).toBe(true);
  });

  test('what neither is given twice nor left out', async () => {
    writeFileSync(office.path('plain'), 'data');
    const terminal = await begin('sign', 'documents');
    terminal.press('Enter');
    await terminal.until(/^error: neither text nor file is given$/m, /^next: /m);
    terminal.type('data');
    terminal.press('Down');
    terminal.type('plain');
    terminal.press('Enter');
    await terminal.until(/^error: text and file are both given$/m);
    terminal.press('Up', 'BSpace', 'BSpace', 'BSpace', 'BSpace', 'Enter');
    await terminal.until(/^64 bytes as base64url$/m);
  });

  test('encapsulates, and decapsulates the same secret, which is only written to files', async () => {
    const terminal = await begin('encapsulate', 'exchange');
    terminal.type('ours.secret');
    await terminal.until(/out-secret \* +ours\.secret/);
    terminal.press('Down');
    terminal.type('for-them.ct');
    terminal.press('Enter');
    await terminal.until(/^wrote 1088 bytes to for-them\.ct$/m);
    terminal.press('Escape');
    await terminal.until(/What should be done/);
    terminal.press('Down', 'Enter');
    await terminal.until(/^Recover a shared secret/m);
    terminal.type('theirs.secret');
    terminal.press('Down', 'Down');
    terminal.type('for-them.ct');
    terminal.press('Enter');
    await terminal.until(/^wrote the secret to theirs\.secret$/m);
    const secret = readFileSync(office.path('ours.secret'));
    expect(secret).toHaveLength(32);
    expect(readFileSync(office.path('theirs.secret'))).toEqual(secret);
    expect(statSync(office.path('theirs.secret')).mode & 0o777).toBe(0o600);
  });
});
