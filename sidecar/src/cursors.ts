import { SidecarError } from './errors.ts';
import type { Sealing } from './keystore/keystore.ts';
import type { Cursors } from './methods/keys.list.ts';
import type { Secret } from './secret.ts';

const purpose = Buffer.from('ferrohsm/keys.list/cursor/v1');

/** Cursors that only this installation can make and read. The key stays the caller's to dispose. */
export function createCursors(sealing: Pick<Sealing, 'seal' | 'open'>, key: Secret): Cursors {
  return {
    seal: (name) => sealing.seal(key, Buffer.from(name), purpose).toString('base64url'),
    open(cursor) {
      try {
        using name = sealing.open(key, Buffer.from(cursor, 'base64url'), purpose);
        return name.bytes.toString('utf8');
      } catch (cause) {
        throw new SidecarError('invalid_params', 'the cursor is not one of this list', { cause });
      }
    },
  };
}
