import fc from 'fast-check';
import { carriedParameter } from './carried-mechanisms.ts';
import { CKM } from './constants/mechanism-types.ts';
import type { CkMechanism } from './mechanism.ts';
import type { MechanismParameter, ParameterKind } from './mechanism-parameters.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { bytes, bytesOrNull, ulong } from './test-primitives.ts';

const block = bytes(16, 16);

/** The structures of the parameters, written down here a second time. */
const parameters: { readonly [K in ParameterKind]: fc.Arbitrary<object> } = {
  CK_RSA_PKCS_PSS_PARAMS: fc.record({ hashAlg: ulong, mgf: ulong, sLen: ulong }),
  CK_RSA_PKCS_OAEP_PARAMS: fc.record({ hashAlg: ulong, mgf: ulong, source: ulong, sourceData: bytesOrNull }),
  CK_ECDH1_DERIVE_PARAMS: fc.record({ kdf: ulong, sharedData: bytesOrNull, publicData: bytesOrNull }),
  CK_AES_CTR_PARAMS: fc.record({ counterBits: ulong, cb: block }),
  CK_GCM_PARAMS: fc.record({ iv: bytesOrNull, ivBits: ulong, aad: bytesOrNull, tagBits: ulong }),
  CK_MAC_GENERAL_PARAMS: fc.record({ macLength: ulong }),
  IV: fc.record({ iv: block }),
  BYTES: fc.record({ bytes: bytes(1, 40) }),
};

/** A mechanism as clients of the version send them; null is one that cancels. */
export function mechanismOf(version: ProtocolVersion): fc.Arbitrary<CkMechanism | null> {
  const known = fc.constantFrom(...Object.values(CKM)).filter((type) => carriedParameter(type) !== undefined);
  const mechanism = known.chain((type) =>
    parameterOf(type, version).map((parameter) => ({ mechanism: type, parameter })),
  );
  return fc.oneof({ weight: 10, arbitrary: mechanism }, { weight: 1, arbitrary: fc.constant(null) });
}

function parameterOf(type: number, version: ProtocolVersion): fc.Arbitrary<MechanismParameter | undefined> {
  const kind = carriedParameter(type);
  if (kind === undefined || kind === 'none') return fc.constant(undefined);
  const parameter = parameters[kind].map((members) => ({ kind, ...members }) as MechanismParameter);
  return version === 2 ? fc.option(parameter, { nil: undefined }) : parameter;
}
