import type { LoadedKey } from '../crypto/key.ts';
import { requireSoundRsa } from '../crypto/wrapping/sound-rsa.ts';
import type { SubtleWrapKeyParams } from '../generated/types.ts';

/**
 * A named key leaves under no RSA key whose numbers protect nothing. Session keys are their maker's own: WebCrypto wraps
 * them for any.
 *
 * @param key of a handle
 * @throws SidecarError `wrapping_weak`
 */
export type RequireWrappable = (
  params: Pick<SubtleWrapKeyParams, 'key' | 'wrappingKey'>,
  key: (handle: string) => LoadedKey | undefined,
) => void;

export const requireWrappable: RequireWrappable = (params, key) => {
  const wrappingKey = key(params.wrappingKey);
  if (!params.key.startsWith('ses_') && wrappingKey !== undefined) requireSoundRsa(wrappingKey);
};
