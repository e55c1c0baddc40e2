import { SidecarError } from '../errors.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';

export function createKeysUsage(keystore: Keystore, usage: Pick<KeyUsage, 'of'>): Handler<'keys.usage'> {
  return async ({ name }) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    return {
      versions: record.versions.map(({ version }) => ({ version, uses: 0, bytes: 0, ...usage.of(record, version) })),
    };
  };
}
