import { createHash } from 'node:crypto';
import type { SystemHelloResult } from '@ferrohsm/sdk';
import type { ResultsOf } from '../codec/calls/calls.ts';
import { CKF } from '../codec/constants/sessions.ts';
import { paddedText } from '../codec/padded-text.ts';
import { unavailableInformation } from '../codec/ulong.ts';
import { version } from '../generated/version.ts';
import type { Session } from '../session/session.ts';
import { maximumSessions } from '../session/sessions.ts';
import type { Token } from './token.ts';

export const manufacturer = 'FerroHSM';

/** Bearer tokens are no shorter, and no longer than C_GetTokenInfo can say of a PIN here. */
const pinBytes = { minPinLen: 16, maxPinLen: 255 };

/** Major and minor number of this version. */
export function releaseVersion(): { readonly major: number; readonly minor: number } {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return { major, minor };
}

/** CK_TOKEN_INFO. The serial number is of the sidecar's log: what is restored from a backup is another token. */
export function tokenInfo(
  token: Token,
  hello: SystemHelloResult,
  sessions: readonly Session[],
): ResultsOf<'C_GetTokenInfo'> {
  const isReadWrite = ({ isReadWrite }: Session) => isReadWrite;
  return {
    label: paddedText(token.label, 32),
    manufacturerID: paddedText(manufacturer, 32),
    model: paddedText('Sidecar', 16),
    serialNumber: paddedText(serialNumber(hello), 16),
    flags: tokenFlags(token),
    maxSessionCount: maximumSessions,
    sessionCount: sessions.length,
    maxRwSessionCount: maximumSessions,
    rwSessionCount: sessions.filter(isReadWrite).length,
    ...pinBytes,
    totalPublicMemory: unavailableInformation,
    freePublicMemory: unavailableInformation,
    totalPrivateMemory: unavailableInformation,
    freePrivateMemory: unavailableInformation,
    hardwareVersion: releaseVersion(),
    firmwareVersion: releaseVersion(),
    utcTime: paddedText('', 16),
  };
}

function tokenFlags({ login }: Token): number {
  const always = CKF.RNG | CKF.TOKEN_INITIALIZED | CKF.USER_PIN_INITIALIZED;
  const required = login.requiresPin ? CKF.LOGIN_REQUIRED : 0;
  return always | required | (login.refusedPin === undefined ? 0 : flagOfRefusedPin[login.refusedPin]);
}

/** As far as this application has tried: the sidecar counts, and tells nobody. */
const flagOfRefusedPin = { incorrect: CKF.USER_PIN_COUNT_LOW, locked: CKF.USER_PIN_LOCKED } as const;

function serialNumber({ log }: SystemHelloResult): string {
  return createHash('sha256').update(log.origin).digest('hex').slice(0, 16);
}
