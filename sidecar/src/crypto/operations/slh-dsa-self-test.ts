import { generateKeyPairSync, type SLHDSAKeyType, sign, verify } from 'node:crypto';
import { SidecarError } from '../../errors.ts';

/** Says whether a parameter set signs what it verifies. */
export type PairwiseTest = (parameterSet: string) => boolean;

/**
 * Makes the self-test that precedes the first SLH-DSA signature of each parameter set (ISO/IEC 19790 section 7.10,
 * conditional test). It runs once a thread and takes as long as a signature: up to some seconds.
 */
export function createSlhDsaSelfTest(pairwiseTest: PairwiseTest = signsAndVerifies): (parameterSet: string) => void {
  const passed = new Set<string>();
  return (parameterSet) => {
    if (passed.has(parameterSet)) return;
    if (!pairwiseTest(parameterSet)) throw new SidecarError('self_test_failed', parameterSet);
    passed.add(parameterSet);
  };
}

/** @throws SidecarError `self_test_failed` naming the parameter set */
export const requireSlhDsaSelfTest = createSlhDsaSelfTest();

const message = Buffer.from('self-test');

function signsAndVerifies(parameterSet: string): boolean {
  const { privateKey, publicKey } = generateKeyPairSync(parameterSet.toLowerCase() as SLHDSAKeyType);
  const signature = sign(null, message, privateKey);
  const altered = Buffer.from(signature);
  altered.writeUInt8(altered.readUInt8(0) ^ 1, 0);
  return verify(null, message, publicKey, signature) && !verify(null, message, publicKey, altered);
}
