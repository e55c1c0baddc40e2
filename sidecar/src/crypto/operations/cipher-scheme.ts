import type { Algorithm, KeyType } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';

export type Transform = (algorithm: Algorithm, key: LoadedKey, data: Uint8Array) => Uint8Array;

/** How one algorithm encrypts and decrypts, or wraps and unwraps keys. Results are fresh unpooled bytes. */
export interface CipherScheme {
  readonly encryptingKey: KeyType;
  readonly decryptingKey: KeyType;
  readonly encrypt: Transform;
  readonly decrypt: Transform;
}

export const secretKeys = Object.freeze({ encryptingKey: 'secret', decryptingKey: 'secret' } as const);

export const rsaKeys = Object.freeze({ encryptingKey: 'public', decryptingKey: 'private' } as const);
