import { CKR } from '../codec/constants/return-values.ts';
import { CollectedBytes } from './collected-bytes.ts';
import type { Signer, Verifier } from './signer.ts';

/** What algorithms that take their message in one piece are given at most. */
export const maximumMessageBytes = 64 << 20;

export interface CollectedSignerOptions {
  readonly signatureBytes: number;
  /** Of the message; {@link maximumMessageBytes} where nothing else is said. */
  readonly maximumBytes?: number;
  sign(message: Buffer): Promise<Uint8Array>;
}

export interface CollectedVerifierOptions extends Omit<CollectedSignerOptions, 'sign'> {
  isValid(message: Buffer, signature: Buffer): boolean | Promise<boolean>;
}

/** Signs what was collected. */
export function collectedSigner({ signatureBytes, maximumBytes, sign }: CollectedSignerOptions): Signer {
  const message = collectedMessage(maximumBytes);
  return {
    signatureBytes,
    update: (part) => message.add(part),
    sign: () => sign(message.joined()),
    wipe: () => message.wipe(),
  };
}

/** Verifies what was collected. */
export function collectedVerifier({ signatureBytes, maximumBytes, isValid }: CollectedVerifierOptions): Verifier {
  const message = collectedMessage(maximumBytes);
  return {
    signatureBytes,
    update: (part) => message.add(part),
    isValid: async (signature) => isValid(message.joined(), signature),
    wipe: () => message.wipe(),
  };
}

function collectedMessage(maximumBytes: number = maximumMessageBytes): CollectedBytes {
  return new CollectedBytes({ maximumBytes, refusal: CKR.DATA_LEN_RANGE });
}
