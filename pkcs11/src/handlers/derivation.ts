import type { Application } from '../application/application.ts';
import type { CkAttribute } from '../codec/attribute.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { CkMechanism } from '../codec/mechanism.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import { KeyUse } from '../mechanisms/key-use.ts';
import { Attributes } from '../objects/attributes.ts';
import { requireKeyWritable } from '../objects/changes.ts';
import type { CallHandlers } from './handler.ts';
import { mechanismFor, requirePermitted } from './key-permission.ts';
import { wantedSecretKey } from './key-template.ts';

interface DeriveArguments {
  readonly session: CkUlong;
  readonly mechanism: CkMechanism | null;
  readonly baseKey: CkUlong;
  readonly template: readonly CkAttribute[];
}

/** PKCS#11 3.1 section 5.18.5. What is derived is never shown: it can be used, not read or wrapped. */
export const derivationHandlers = {
  C_DeriveKey: async (given, application) => ({ key: await derive(given, application) }),
  C_DeriveKey2: async (given, application) => ({
    returnValue: CKR.OK,
    // There is a parameter, and it has not changed.
    parameterUpdate: Buffer.of(0),
    key: await derive(given, application),
  }),
} satisfies CallHandlers<'C_DeriveKey' | 'C_DeriveKey2'>;

async function derive(given: DeriveArguments, { sessions }: Application): Promise<number> {
  const session = sessions.get(given.session);
  if (given.mechanism === null) throw new CryptokiRefusal(CKR.MECHANISM_INVALID, 'no mechanism');
  const { mechanism, begin } = mechanismFor(given.mechanism.mechanism, 'derive');
  const beginWith = begin(given.mechanism.parameter);
  const object = session.token.objects.get(given.baseKey, CKR.KEY_HANDLE_INVALID);
  requirePermitted(object, mechanism, 'derive');
  const use = new KeyUse(object, session.token);
  const derivation = beginWith(use);
  const template = Attributes.ofTemplate(given.template);
  const wanted = wantedSecretKey(template);
  requireKeyWritable(session, template);
  requireWhole(wanted.length ?? derivation.secretBytes, derivation.secretBytes);
  const algorithm = { ...wanted.algorithm, length: derivation.secretBytes * 8 };
  const { sidecar: holder } = use;
  const key = await derivation.derive({ algorithm, usages: wanted.usages });
  return session.token.objects.addSessionKey(session, key, template, { holder });
}

/**
 * A shorter key would be the end of what is agreed on (PKCS#11 3.1 section 6.3.17: the truncation removes bytes from the
 * leading end), where WebCrypto takes its beginning.
 */
function requireWhole(length: number, secretBytes: number): void {
  if (length === secretBytes) return;
  throw new CryptokiRefusal(CKR.KEY_SIZE_RANGE, `a key of ${length} bytes, ${secretBytes} are agreed on`);
}
