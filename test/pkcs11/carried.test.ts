import { describe, expect, test } from 'vitest';
import { carried } from '../../cli/src/pkcs11-setup/carried.ts';
import { isCarried } from '../../pkcs11/src/codec/carried-mechanisms.ts';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import type { ProtocolVersion } from '../../pkcs11/src/codec/protocol-version.ts';

const versions: readonly ProtocolVersion[] = [0, 1, 2];

describe('what "pkcs11 setup" says is carried', () => {
  const rows = carried.flatMap(({ mechanisms, since }) => mechanisms.map((name) => [name, since] as const));

  test.each(rows)('%s is what the codec carries', (name, since) => {
    const type = (CKM as Readonly<Record<string, number>>)[name];
    expect(type).toBeDefined();
    const carriedIn = versions.filter((version) => isCarried(Number(type), version));
    expect(carriedIn).toEqual(since === undefined ? [] : versions.filter((version) => version >= since));
  });
});
