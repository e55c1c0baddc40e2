import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findInstallation } from './installation.ts';

let prefix: string;
const module = () => join(prefix, 'pkcs11/p11-kit-client.so');

beforeAll(() => {
  prefix = mkdtempSync(join(tmpdir(), 'ferrohsm-p11-kit-'));
  mkdirSync(join(prefix, 'pkcs11'));
  mkdirSync(join(prefix, 'pkgconfig'));
  writeFileSync(module(), 'ELF\0C_GenerateKeyPair\0C_InitToken2\0');
});

afterAll(() => rmSync(prefix, { recursive: true }));

test('a client that no package knows is told by the calls that it can make', () => {
  expect(findInstallation({ module: module() })).toMatchObject({
    module: module(),
    version: undefined,
    generation: { versions: '0.25.0 to 0.25.5' },
  });
});

test('its version is that of the files for developers beside it', () => {
  writeFileSync(join(prefix, 'pkgconfig/p11-kit-1.pc'), 'Name: p11-kit\nVersion: 0.25.3\n');
  expect(findInstallation({ module: module() }).version).toBe('0.25.3');
});

test('the client of another machine is not looked for', () => {
  const there = { module: '/nowhere/p11-kit-client.so', p11KitVersion: '0.26.2' };
  expect(findInstallation(there)).toMatchObject({ module: there.module, version: '0.26.2' });
});

test('what is no client, no version or no plain path is refused', () => {
  expect(() => findInstallation({ module: process.execPath })).toThrow('is not a client of p11-kit');
  expect(() => findInstallation({ module: join(prefix, 'nothing') })).toThrow('cannot read');
  expect(() => findInstallation({ p11KitVersion: 'newest' })).toThrow('no version');
  for (const path of ['/a b/p11-kit-client.so', 'p11-kit-client.so', '/a/$x.so', '/a/"x".so']) {
    expect(() => findInstallation({ module: path, p11KitVersion: '0.26.2' })).toThrow('every configuration');
  }
});
