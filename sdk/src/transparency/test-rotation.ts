import { recordEntry, type TestSigner, testOrigin, utf8 } from './test-log.ts';

export interface TestRotation {
  readonly from: readonly TestSigner[];
  readonly to: readonly TestSigner[];
  /** Who signs in place of the old and the new keys. */
  readonly signedBy?: readonly TestSigner[];
  readonly origin?: string;
  readonly record?: object;
}

export const vkeys = (signers: readonly TestSigner[]) => signers.map(({ vkey }) => vkey);

/** The entry of a rotation, by the words of the format. */
export async function rotationEntry(number: number, rotation: TestRotation): Promise<Uint8Array<ArrayBuffer>> {
  const { from, to, signedBy = [...from, ...to], origin = testOrigin, record = {} } = rotation;
  const message = utf8(`ferrohsm/log-keys/v1\n${[origin, ...vkeys([...from, ...to])].join('\n')}\n`);
  const signatures = await Promise.all(signedBy.map((signer) => signer.sign(message)));
  const encoded = signatures.map((bytes) => btoa(String.fromCharCode(...bytes)));
  const details = {
    oldKeys: vkeys(from).join(' '),
    newKeys: vkeys(to).join(' '),
    oldSignatures: encoded.slice(0, 2).join(' '),
    newSignatures: encoded.slice(2).join(' '),
  };
  return recordEntry(number, { phase: 'event', operation: 'log.rotateKeys', details, ...record });
}
