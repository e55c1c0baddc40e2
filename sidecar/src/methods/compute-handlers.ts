import type { Handlers } from '../request/context.ts';
import { createDataKeyDecrypt } from './dataKey.decrypt.ts';
import { createDataKeyGenerate } from './dataKey.generate.ts';
import { createDataKeyRewrap } from './dataKey.rewrap.ts';
import type { HandlerParts } from './handler-parts.ts';
import { createSubtleDecapsulateBits } from './subtle.decapsulateBits.ts';
import { createSubtleDecapsulateKey } from './subtle.decapsulateKey.ts';
import { createSubtleDecrypt } from './subtle.decrypt.ts';
import { createSubtleDeriveBits } from './subtle.deriveBits.ts';
import { createSubtleDeriveKey } from './subtle.deriveKey.ts';
import { createSubtleEncapsulateBits } from './subtle.encapsulateBits.ts';
import { createSubtleEncapsulateKey } from './subtle.encapsulateKey.ts';
import { createSubtleEncrypt } from './subtle.encrypt.ts';
import { createSubtleExportKey } from './subtle.exportKey.ts';
import { createSubtleGenerateKey } from './subtle.generateKey.ts';
import { createSubtleGetPublicKey } from './subtle.getPublicKey.ts';
import { createSubtleImportKey } from './subtle.importKey.ts';
import { createSubtleSign } from './subtle.sign.ts';
import { createSubtleSignDigest } from './subtle.signDigest.ts';
import { createSubtleUnwrapKey } from './subtle.unwrapKey.ts';
import { createSubtleVerify } from './subtle.verify.ts';
import { createSubtleWrapKey } from './subtle.wrapKey.ts';

/** What computes with keys. */
export function computeHandlers({ crypto, fillRandom }: HandlerParts) {
  return {
    'dataKey.decrypt': createDataKeyDecrypt(crypto),
    'dataKey.generate': createDataKeyGenerate(crypto, fillRandom),
    'dataKey.rewrap': createDataKeyRewrap(crypto, fillRandom),
    'subtle.decapsulateBits': createSubtleDecapsulateBits(crypto),
    'subtle.decapsulateKey': createSubtleDecapsulateKey(crypto),
    'subtle.decrypt': createSubtleDecrypt(crypto),
    'subtle.deriveBits': createSubtleDeriveBits(crypto),
    'subtle.deriveKey': createSubtleDeriveKey(crypto),
    'subtle.encapsulateBits': createSubtleEncapsulateBits(crypto),
    'subtle.encapsulateKey': createSubtleEncapsulateKey(crypto),
    'subtle.encrypt': createSubtleEncrypt(crypto),
    'subtle.exportKey': createSubtleExportKey(crypto),
    'subtle.generateKey': createSubtleGenerateKey(crypto),
    'subtle.getPublicKey': createSubtleGetPublicKey(crypto),
    'subtle.importKey': createSubtleImportKey(crypto),
    'subtle.sign': createSubtleSign(crypto),
    'subtle.signDigest': createSubtleSignDigest(crypto),
    'subtle.unwrapKey': createSubtleUnwrapKey(crypto),
    'subtle.verify': createSubtleVerify(crypto),
    'subtle.wrapKey': createSubtleWrapKey(crypto),
  } satisfies Partial<Handlers>;
}
