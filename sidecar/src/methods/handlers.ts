import type { AuditLog } from '../audit/log.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handlers } from '../request/context.ts';
import { createAuditCheckpoint } from './audit.checkpoint.ts';
import { createAuditList } from './audit.list.ts';
import { createKeysCreate, type KeyChanged } from './keys.create.ts';
import { createKeysGet } from './keys.get.ts';
import { type Cursors, createKeysList, type MayLook } from './keys.list.ts';
import { createKeysRename } from './keys.rename.ts';
import { createRpcDiscover } from './rpc.discover.ts';
import { createSessionRelease } from './session.release.ts';
import { createSessionWhoami } from './session.whoami.ts';
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
import { createSubtleUnwrapKey } from './subtle.unwrapKey.ts';
import { createSubtleVerify } from './subtle.verify.ts';
import { createSubtleWrapKey } from './subtle.wrapKey.ts';
import { createSystemHello, type Greeting } from './system.hello.ts';
import { createSystemRandom, type FillRandom } from './system.random.ts';
import { createSystemStatus, type StatusSources } from './system.status.ts';

export interface HandlerParts {
  readonly crypto: CryptoProvider;
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly mayLook: MayLook;
  readonly cursors: Cursors;
  readonly keyChanged: KeyChanged;
  readonly greeting: Greeting;
  readonly fillRandom: FillRandom;
  readonly status: StatusSources;
}

/** Every method's handler; the type demands one for each schema. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { crypto, keystore, log, mayLook, cursors, keyChanged, greeting, fillRandom, status } = parts;
  return {
    'audit.checkpoint': createAuditCheckpoint(log),
    'audit.list': createAuditList(log),
    'keys.create': createKeysCreate(crypto, keystore, keyChanged),
    'keys.get': createKeysGet(keystore),
    'keys.list': createKeysList(keystore, mayLook, cursors),
    'keys.rename': createKeysRename(keystore, keyChanged),
    'rpc.discover': createRpcDiscover(),
    'session.release': createSessionRelease(),
    'session.whoami': createSessionWhoami(),
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
    'subtle.unwrapKey': createSubtleUnwrapKey(crypto),
    'subtle.verify': createSubtleVerify(crypto),
    'subtle.wrapKey': createSubtleWrapKey(crypto),
    'system.hello': createSystemHello(greeting),
    'system.random': createSystemRandom(fillRandom),
    'system.status': createSystemStatus(status),
  };
}
