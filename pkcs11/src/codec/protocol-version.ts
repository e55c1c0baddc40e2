/**
 * The versions of p11-kit's RPC protocol: 0 is p11-kit to 0.24, 1 is 0.25.0 to 0.25.5, 2 is 0.25.6 and later.
 * PKCS#11 has versions of its own.
 */
export type ProtocolVersion = 0 | 1 | 2;

/**
 * The version to speak, which is also the byte to answer, for the byte that a client offers as its highest.
 * How a client encodes mechanisms depends on its build, which the offered byte tells, not on what both agree on: answering
 * less than was offered would therefore not be understood.
 */
export function negotiatedVersion(offered: number): ProtocolVersion {
  if (offered === 0) return 0;
  return offered === 1 ? 1 : 2;
}

/** What C_Initialize begins with in every version: a client that says something else speaks another protocol. */
export const initializeHandshake = Buffer.from('PRIVATE-GNOME-KEYRING-PKCS11-PROTOCOL-V-1', 'latin1');
