import type { KeyRecord } from '../generated/types.ts';
import { type KeyMove, type MoveOptions, moveVersions } from '../keystore/key-moves.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Execution } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

/** Params that all moves of a key have. */
interface MoveParams {
  readonly name: string;
  readonly version?: number;
  readonly reason?: string;
  readonly requestId: string;
  /** Of a destruction: for so long it can be taken back. */
  readonly windowMs?: number;
  /** Of a destruction: refuses a version that must still be kept. */
  readonly require?: MoveOptions['require'];
}

/**
 * Moves the versions of a key from one state to another.
 *
 * @throws SidecarError `not_found`, `key_state`, `request_conflict`
 */
export async function moveKey(
  keystore: Keystore,
  changed: KeyChanged,
  move: KeyMove,
  { name, version, reason, requestId, windowMs = 0, require }: MoveParams,
  execution: Execution,
): Promise<{ record: KeyRecord }> {
  const record = await keystore.revise(
    name,
    (before, nowMs) => moveVersions(before, move, { version, reason, nowMs, destroyAt: nowMs + windowMs, require }),
    changeRequest(requestId, execution),
  );
  changed(record);
  return { record };
}
