import type { Application } from '../application/application.ts';
import type { ByteArray } from '../codec/arrays.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CKF, CKS, CKU } from '../codec/constants/sessions.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { Session } from '../session/session.ts';
import type { LoginRole } from '../token/login.ts';
import type { CallHandlers } from './handler.ts';

/** Sessions, and who is logged in. */
export const sessionHandlers: CallHandlers<
  | 'C_OpenSession'
  | 'C_CloseSession'
  | 'C_CloseAllSessions'
  | 'C_GetSessionInfo'
  | 'C_Login'
  | 'C_LoginUser'
  | 'C_Logout'
  | 'C_InitPIN'
  | 'C_SetPIN'
> = {
  C_OpenSession({ slot, flags }, { slots, sessions }) {
    const token = slots.token(slot);
    if (!hasFlag(flags, CKF.SERIAL_SESSION)) {
      throw new CryptokiRefusal(CKR.SESSION_PARALLEL_NOT_SUPPORTED, 'CKF_SERIAL_SESSION is missing');
    }
    return { session: sessions.open(token, hasFlag(flags, CKF.RW_SESSION)).handle };
  },

  async C_CloseSession({ session }, { sessions }) {
    await sessions.close(sessions.get(session));
    return {};
  },

  async C_CloseAllSessions({ slot }, { slots, sessions }) {
    await sessions.closeAll(slots.token(slot));
    return {};
  },

  C_GetSessionInfo(given, { sessions }) {
    const session = sessions.get(given.session);
    const flags = CKF.SERIAL_SESSION | (session.isReadWrite ? CKF.RW_SESSION : 0);
    return { slot: session.token.slot, state: stateOf(session), flags, deviceError: 0 };
  },

  async C_Login({ session, userType, pin }, application) {
    await logIn(application, application.sessions.get(session), userType, pin);
    return {};
  },

  /** The name is of the principal, whom the PIN tells. */
  async C_LoginUser({ session, userType, pin }, application) {
    await logIn(application, application.sessions.get(session), userType, pin);
    return {};
  },

  async C_Logout(given, { sessions }) {
    const { token } = sessions.get(given.session);
    if (token.login.role === undefined) throw new CryptokiRefusal(CKR.USER_NOT_LOGGED_IN, 'nobody is logged in');
    for (const session of sessions.of(token)) session.operations.endAll();
    await token.objects.forgetLogin();
    await token.login.logOut();
    return {};
  },

  C_InitPIN: ({ session }, { sessions }) => refusePin(sessions.get(session)),
  C_SetPIN: ({ session }, { sessions }) => refusePin(sessions.get(session)),
};

const roles: ReadonlyMap<CkUlong, LoginRole> = new Map([
  [CKU.USER, 'user'],
  [CKU.SO, 'officer'],
]);

async function logIn({ sessions }: Application, { token }: Session, userType: CkUlong, pin: ByteArray): Promise<void> {
  const role = roles.get(userType);
  if (userType === CKU.CONTEXT_SPECIFIC) {
    throw new CryptokiRefusal(CKR.OPERATION_NOT_INITIALIZED, 'no operation wants a PIN of its own');
  }
  if (role === undefined) throw new CryptokiRefusal(CKR.USER_TYPE_INVALID, `no user type ${userType}`);
  if (role === 'officer' && sessions.of(token).some(({ isReadWrite }) => !isReadWrite)) {
    throw new CryptokiRefusal(CKR.SESSION_READ_ONLY_EXISTS, 'the security officer works in read-write sessions');
  }
  if (!Buffer.isBuffer(pin)) throw new CryptokiRefusal(CKR.PIN_INCORRECT, 'no PIN');
  await token.login.logIn(role, pin.toString('latin1'));
}

function stateOf({ token, isReadWrite }: Session): number {
  const { role } = token.login;
  if (role === 'officer') return CKS.RW_SO_FUNCTIONS;
  if (role === 'user') return isReadWrite ? CKS.RW_USER_FUNCTIONS : CKS.RO_USER_FUNCTIONS;
  return isReadWrite ? CKS.RW_PUBLIC_SESSION : CKS.RO_PUBLIC_SESSION;
}

function refusePin({ handle }: Session): never {
  throw new CryptokiRefusal(CKR.FUNCTION_REJECTED, `session ${handle}: PINs are bearer tokens of the sidecar`);
}

function hasFlag(flags: CkUlong, flag: number): boolean {
  return (BigInt(flags) & BigInt(flag)) !== 0n;
}
