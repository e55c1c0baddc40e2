import { FerroHsmError } from '../errors.ts';
import { byteArgument, shortBytes } from './arguments.ts';
import { Context } from './context.ts';
import { type HpkeRecipientKey, type HpkeSubtleCrypto, privateKeyOf, requireKey } from './kem.ts';
import type { ScheduleInput } from './key-schedule.ts';
import { noBytes } from './labels.ts';
import type { Suite } from './suite.ts';

/** Shortest pre-shared key (RFC 9180 section 5.1.2). */
const minPskBytes = 32;

/** A key that both parties have already: mode PSK of RFC 9180 section 5.1.2. */
export interface HpkePsk {
  /** Names the key; not empty. */
  readonly id: BufferSource;
  /** At least 32 bytes of high entropy. */
  readonly key: BufferSource;
}

/** Must be the same for both parties. */
export interface HpkeSetup {
  /** Bytes of the application that the keys are bound to, at most 65535; none by default. */
  readonly info?: BufferSource;
  readonly psk?: HpkePsk;
}

export interface SenderContext {
  readonly enc: Uint8Array<ArrayBuffer>;
  readonly context: Context;
}

export async function setupSender(
  suite: Suite,
  subtle: HpkeSubtleCrypto,
  publicKey: CryptoKey,
  setup: HpkeSetup,
): Promise<SenderContext> {
  requireKey(suite.kem, publicKey, 'public');
  const input = scheduleInput(suite, setup);
  const { enc, sharedSecret } = await suite.kem.encapsulate(subtle, publicKey);
  return { enc, context: await createContext(suite, input, sharedSecret) };
}

export async function setupRecipient(
  suite: Suite,
  subtle: HpkeSubtleCrypto,
  recipient: HpkeRecipientKey,
  encapsulated: BufferSource,
  setup: HpkeSetup,
): Promise<Context> {
  requireKey(suite.kem, privateKeyOf(recipient), 'private');
  const input = scheduleInput(suite, setup);
  const enc = byteArgument(encapsulated, 'enc');
  if (enc.length !== suite.kem.encBytes) throw new FerroHsmError('data_invalid', `an enc of ${enc.length} bytes`);
  return createContext(suite, input, await suite.kem.decapsulate(subtle, recipient, enc));
}

type Agreed = Omit<ScheduleInput, 'sharedSecret'>;

function scheduleInput(suite: Suite, { info, psk }: HpkeSetup): Agreed {
  return {
    suiteId: suite.id,
    info: shortBytes(info, 'info'),
    keyBytes: suite.aead.keyBytes,
    nonceBytes: suite.aead.nonceBytes,
    ...(psk === undefined ? { mode: 0, psk: noBytes, pskId: noBytes } : pskInput(psk)),
  };
}

function pskInput({ id, key }: HpkePsk): Pick<ScheduleInput, 'mode' | 'psk' | 'pskId'> {
  const pskId = shortBytes(id, 'psk.id');
  const psk = shortBytes(key, 'psk.key');
  if (pskId.length === 0) throw new FerroHsmError('type_invalid', 'psk.id is empty');
  if (psk.length < minPskBytes) throw new FerroHsmError('type_invalid', `psk.key of less than ${minPskBytes} bytes`);
  return { mode: 1, psk, pskId };
}

/** Wipes the shared secret and the copy of the pre-shared key. */
async function createContext(suite: Suite, agreed: Agreed, sharedSecret: Uint8Array): Promise<Context> {
  try {
    return await Context.create(suite, await suite.schedule.combine({ ...agreed, sharedSecret }));
  } finally {
    sharedSecret.fill(0);
    agreed.psk.fill(0);
  }
}
