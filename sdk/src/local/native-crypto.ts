/** The runtime's own Web Crypto, taken before `install` may have replaced the global. */
export const nativeCrypto: Crypto = globalThis.crypto;

/** Methods of the runtime's SubtleCrypto by name; those of the Modern Algorithms draft are absent on older runtimes. */
const nativeSubtle = nativeCrypto.subtle as unknown as Readonly<
  Record<string, ((...args: readonly unknown[]) => Promise<unknown>) | undefined>
>;

export const NativeCryptoKey: typeof CryptoKey | undefined = globalThis.CryptoKey;

const typeGetter = NativeCryptoKey && Object.getOwnPropertyDescriptor(NativeCryptoKey.prototype, 'type')?.get;

/** Asks the internal slot: prototypes prove nothing, because keys of the sidecar inherit from the native one. */
export function isNativeKey(value: unknown): value is CryptoKey {
  if (typeof value !== 'object' || value === null || typeGetter === undefined) return false;
  try {
    return typeof typeGetter.call(value) === 'string';
  } catch {
    return false;
  }
}

/**
 * Calls a method of the runtime's SubtleCrypto.
 *
 * @throws DOMException NotSupportedError where the runtime lacks the method
 */
export async function callNative(method: string, args: readonly unknown[]): Promise<unknown> {
  const implementation = nativeSubtle[method];
  if (implementation === undefined) {
    throw new DOMException(`this runtime has no SubtleCrypto.${method}`, 'NotSupportedError');
  }
  return Reflect.apply(implementation, nativeCrypto.subtle, args);
}
