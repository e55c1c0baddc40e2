import { SidecarError } from '../errors.ts';
import type {
  KeyRecord,
  KeysExportParams,
  KeysImportParams,
  MethodName,
  SubtleWrapKeyParams,
} from '../generated/types.ts';
import type { RequireExportable } from '../keys/exportable.ts';
import type { RequireImportable } from '../keys/importable.ts';
import { type KeyMove, type MoveOptions, moveVersions } from '../keystore/key-moves.ts';
import type { RequireWrappable } from '../methods/wrappable.ts';
import type { Trail } from './context.ts';

/**
 * Refuses what could not be done even with everybody's consent, before people are asked for it.
 *
 * @throws SidecarError `not_found`, `key_state`, `retention_active`, and what an import, an export or a
 *   wrapping would refuse
 */
export type RequirePossible = (trail: Trail) => Promise<void>;

/** Methods that move a key from one state to another. */
const moves: Readonly<Partial<Record<MethodName, KeyMove>>> = Object.freeze({
  'keys.activate': 'activate',
  'keys.suspend': 'suspend',
  'keys.resume': 'resume',
  'keys.deactivate': 'deactivate',
  'keys.compromise': 'compromise',
  'keys.destroy': 'destroy',
  'keys.cancelDestruction': 'cancelDestruction',
});

/**
 * @param find the key of that name or id
 * @param requireOver refuses a version that must still be kept
 * @param transport refuses what cannot be imported, exported or wrapped
 */
export function createRequirePossible(
  find: (nameOrId: string) => Promise<KeyRecord | undefined>,
  requireOver: NonNullable<MoveOptions['require']>,
  transport: {
    readonly requireImportable: RequireImportable;
    readonly requireExportable: RequireExportable;
    readonly requireWrappable: RequireWrappable;
  },
  now: () => number,
): RequirePossible {
  return async ({ call, params, target, principal }) => {
    if (call.method === 'keys.import') {
      await transport.requireImportable(params as KeysImportParams, principal?.id ?? '');
    }
    const move = moves[call.method];
    if (target === undefined) return;
    const key = (handle: string) => target.keys.get(handle)?.key;
    if (call.method === 'subtle.wrapKey') transport.requireWrappable(params as SubtleWrapKeyParams, key);
    if (call.method === 'keys.export') {
      await transport.requireExportable(params as KeysExportParams, target.id, key);
    }
    if (move === undefined) return;
    const record = await find(target.id);
    if (record === undefined) throw new SidecarError('not_found', target.id);
    const { version } = params as { version?: number };
    moveVersions(record, move, { version, nowMs: now(), ...(move === 'destroy' && { require: requireOver }) });
  };
}
