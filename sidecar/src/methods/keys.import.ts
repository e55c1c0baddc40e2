import type { CryptoProvider } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import type { KeyAlgorithm, KeysImportParams } from '../generated/types.ts';
import type { ImportKeys } from '../keys/import-keys.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Execution, Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import { ImportedKey } from './imported-key.ts';
import type { KeyChanged } from './keys.create.ts';

/** Whether the caller may have this very key: its modulus or length show only once it is unwrapped. */
export type MayImport = (execution: Execution, params: KeysImportParams, algorithm: KeyAlgorithm) => boolean;

export interface ImportParts {
  readonly crypto: CryptoProvider;
  readonly keystore: Keystore;
  readonly importKeys: ImportKeys;
  readonly mayImport: MayImport;
  readonly keyChanged: KeyChanged;
}

export function createKeysImport(parts: ImportParts): Handler<'keys.import'> {
  const { crypto, keystore, importKeys, mayImport, keyChanged } = parts;
  return async (params, execution) => {
    const { importId: _, wrapped: __, requestId, labels = {}, active = true, ...described } = params;
    const request = changeRequest(requestId, execution);
    const earlier = await keystore.outcome(request.principal, requestId, request.requestDigest);
    if (earlier !== undefined) return { record: earlier };
    using imported = await ImportedKey.open(crypto.for(execution.session), importKeys, params, request.principal);
    const { material } = imported;
    // A check by signing may take seconds: it is decided anew.
    await execution.renew?.();
    if (!mayImport(execution, params, material.algorithm)) throw new SidecarError('permission_denied', params.name);
    const record = await keystore.create({
      ...request,
      ...described,
      ...material,
      labels,
      owner: request.principal,
      origin: 'imported',
      state: active ? 'active' : 'pre-activation',
    });
    imported.spend();
    keyChanged(record);
    return { record };
  };
}
