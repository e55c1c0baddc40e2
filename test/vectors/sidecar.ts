import { connect, type HsmSubtleCrypto } from '@ferrohsm/sdk/node';
import { afterAll, inject } from 'vitest';

/** WebCrypto in the sidecar, public operations too, until the file's tests have ended. */
export async function connectToSidecar(): Promise<HsmSubtleCrypto> {
  const hsm = await connect({ socket: inject('socket'), publicKeys: 'remote' });
  afterAll(() => hsm.close());
  return hsm.subtle;
}
