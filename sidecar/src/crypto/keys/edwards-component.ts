import { type ComponentKey, generatePrivateKey } from './component-key.ts';
import { rawPrivate, rawPublic } from './part-storage.ts';

/** Private and public keys of RFC 8032 and RFC 7748, whose lengths node:crypto checks. */
export function edwardsComponent({ asymmetricKeyType }: { readonly asymmetricKeyType: string }): ComponentKey {
  const type = Object.freeze({ asymmetricKeyType });
  return Object.freeze({
    isSeed: true,
    generate: () => generatePrivateKey(asymmetricKeyType),
    encodePrivate: (part) => part.export({ format: 'raw-private' }),
    decodePrivate: (bytes) => rawPrivate('raw-private', bytes, type),
    encodePublic: (part) => part.export({ format: 'raw-public' }),
    decodePublic: (bytes) => rawPublic(bytes, type),
  } satisfies ComponentKey);
}
