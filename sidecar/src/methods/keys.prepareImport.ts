import type { ImportKeys } from '../keys/import-keys.ts';
import type { Handler } from '../request/context.ts';

export function createKeysPrepareImport(importKeys: ImportKeys): Handler<'keys.prepareImport'> {
  return async ({ wrapping = 'HPKE-MLKEM768-X25519' }, { principal }) => {
    return { ...(await importKeys.prepare(principal.id, wrapping)) };
  };
}
