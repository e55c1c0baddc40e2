import type { Application } from '../application/application.ts';
import type { ByteArray } from '../codec/arrays.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { CkMechanism } from '../codec/mechanism.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import { KeyUse } from '../mechanisms/key-use.ts';
import type { Begin, Mechanism } from '../mechanisms/mechanism.ts';
import { isDelivered, type Output } from '../operations/output.ts';
import type { ActiveOperation } from '../session/active-operations.ts';
import type { Session } from '../session/session.ts';
import { type KeyFunction, mechanismFor, requirePermitted } from './key-permission.ts';
import type { OperationsUnderWay } from './operations-under-way.ts';

export type OperationKind = keyof OperationsUnderWay;

/** What every C_...Init of an operation with a key is given. */
interface InitArguments {
  readonly session: CkUlong;
  readonly mechanism: CkMechanism | null;
  readonly key: CkUlong;
}

/** What a function of a mechanism makes. */
type Made<F extends KeyFunction> = NonNullable<Mechanism[F]> extends Begin<infer Operation> ? Operation : never;

/** How a C_...Init begins its operation. */
export interface Beginning<Kind extends OperationKind, F extends KeyFunction> {
  readonly kind: Kind;
  readonly keyFunction: F;
  /** @param make what the function of the mechanism makes, each time anew */
  operation(make: () => Made<F>): OperationsUnderWay[Kind];
}

/**
 * C_...Init. The order in which things are refused is that of the specification's test suites: session, operation,
 * mechanism, parameter, key. A NULL mechanism cancels (PKCS#11 3.0).
 */
export function begin<Kind extends OperationKind, F extends KeyFunction>(
  { sessions }: Application,
  { session: handle, mechanism: given, key }: InitArguments,
  { kind, keyFunction, operation }: Beginning<Kind, F>,
): Record<never, never> {
  const session = sessions.get(handle);
  if (given === null) {
    session.operations.end(kind);
    return {};
  }
  session.operations.requireNone(kind);
  const { mechanism, begin: beginWith } = mechanismFor(given.mechanism, keyFunction);
  const make = (beginWith as unknown as Begin<Made<F>>)(given.parameter);
  const object = session.token.objects.get(key, CKR.KEY_HANDLE_INVALID);
  requirePermitted(object, mechanism, keyFunction);
  const use = new KeyUse(object, session.token);
  session.operations.begin(
    kind,
    operation(() => make(use)),
  );
  return {};
}

/** A step of an operation; whatever refuses it ends the operation (PKCS#11 3.1 section 5.2). */
export async function step<Kind extends OperationKind, Result>(
  session: Session,
  kind: Kind,
  take: (operation: OperationsUnderWay[Kind]) => Result | Promise<Result>,
): Promise<Result> {
  const operation = session.operations.get(kind);
  try {
    return await take(operation);
  } catch (error) {
    session.operations.end(kind);
    throw error;
  }
}

/** The step that ends an operation, unless its output has no room. */
export async function lastStep<Kind extends OperationKind>(
  session: Session,
  kind: Kind,
  take: (operation: OperationsUnderWay[Kind]) => Output | Promise<Output>,
): Promise<{ readonly data: Output }> {
  const operation: ActiveOperation = session.operations.get(kind);
  const data = await step(session, kind, take);
  if (isDelivered(data) && operation.isSpent !== true) session.operations.end(kind);
  return { data };
}

/** The bytes that an application sent; none for a NULL pointer, whose length the client has seen to be 0. */
export function bytesOf(array: ByteArray): Buffer {
  if (array === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(array)) return array;
  throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, 'a length without bytes');
}
