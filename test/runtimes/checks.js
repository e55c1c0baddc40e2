// Plain JavaScript without imports of a runtime, so that every runtime and browser runs these very files.

/** Must hold in every runtime; what another implementation has to confirm is returned as evidence instead. */
export function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('not so: it rejects');
}

export function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function sameBytes(left, right) {
  return hex(left) === hex(right);
}

/** What is signed and encrypted. */
export const data = new TextEncoder().encode('the same in every runtime');
