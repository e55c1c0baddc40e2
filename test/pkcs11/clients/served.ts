import { tokenLabel, tokenPin } from '../../bench/peers/pkcs11-token.ts';
import { ServedToken } from '../served-token.ts';

/** A PKCS#11 socket with one token. */
export interface Served extends AsyncDisposable {
  /** For whatever a test writes. */
  readonly folder: string;
  readonly socketPath: string;
  readonly pin: string;
  /** Of the security officer. */
  readonly soPin: string;
  readonly tokenLabel: string;
  /** It is not ours. */
  readonly isReference: boolean;
}

export async function serve(): Promise<Served> {
  const token = await ServedToken.serve();
  return {
    folder: token.folder,
    socketPath: token.socketPath,
    pin: tokenPin,
    soPin: tokenPin,
    tokenLabel,
    isReference: true,
    [Symbol.asyncDispose]: () => token[Symbol.asyncDispose](),
  };
}
