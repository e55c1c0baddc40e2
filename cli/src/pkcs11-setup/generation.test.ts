import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generationOfClient, generationOfVersion, generations } from './generation.ts';
import { findInstallation } from './installation.ts';

describe('the generation of a version', () => {
  test.each([
    ['0.23.22-1', 'up to 0.24.1'],
    ['0.24.1-2', 'up to 0.24.1'],
    ['0.25', '0.25.0 to 0.25.5'],
    ['0.25.0', '0.25.0 to 0.25.5'],
    ['0.25.5-3ubuntu1', '0.25.0 to 0.25.5'],
    ['0.25.6', '0.25.6 to 0.26.4'],
    ['0.26.4', '0.25.6 to 0.26.4'],
    ['0.26.5', 'later than 0.26.4'],
    ['1.0', 'later than 0.26.4'],
  ])('%s is %s', (version, versions) => {
    expect(generationOfVersion(version)?.versions).toBe(versions);
  });

  test.each(['', 'newest', '0', '0.25.5.1', 'v0.25.5', '99999.1'])('"%s" is none', (version) => {
    expect(generationOfVersion(version)).toBeUndefined();
  });
});

describe('the generation of a client', () => {
  test.each(generations)('$versions by the newest call that it knows', ({ call }) => {
    const older = generations.slice(
      0,
      generations.findIndex((each) => each.call === call),
    );
    const names = [...older.map((each) => each.call), call];
    expect(generationOfClient(Buffer.from(`ELF\0${names.join('\0')}\0`))?.call).toBe(call);
  });

  test('none for another file, which may hold a longer name', () => {
    expect(generationOfClient(Buffer.from('\0C_GenerateKeyPair2\0'))).toBeUndefined();
  });

  const prefix = process.env.FERROHSM_P11_KIT;
  const module = prefix === undefined ? undefined : `${prefix}/lib/pkcs11/p11-kit-client.so`;
  const installed = module ?? installedModule();
  test.skipIf(installed === undefined)('that is installed is that of its version', () => {
    const { version, generation } = findInstallation({ module: String(installed) });
    expect(generationOfClient(readFileSync(String(installed)))).toBe(generation);
    expect(version).toMatch(/^\d+\.\d+/);
    expect(generationOfVersion(String(version))).toBe(generation);
  });
});

function installedModule(): string | undefined {
  const file = findInstallation({ p11KitVersion: '0.24.1' }).module;
  return existsSync(file) ? file : undefined;
}
