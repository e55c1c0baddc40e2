import { pause } from '../client/pause.ts';
import { FerroHsmError } from '../errors.ts';
import type { ErrorCode } from '../generated/errors.ts';
import type { EnvelopeKeys } from './envelope-keys.ts';
import { NewestWrapping } from './newest-wrapping.ts';

/** A wrapped data key that an application keeps, with whatever else belongs to it. */
export interface KeptDataKey {
  /** Name or id of the named key. */
  readonly name: string;
  readonly wrapped: Uint8Array;
}

/** What became of one data key. */
export type Rewrapped<Kept extends KeptDataKey> =
  | {
      readonly kept: Kept;
      /** `current`: it was wrapped under the newest version already. */
      readonly outcome: 'rewrapped' | 'current';
      /** To be kept from now on. */
      readonly wrapped: Uint8Array;
      /** Of the named key. */
      readonly version: number;
    }
  | { readonly kept: Kept; readonly outcome: 'failed'; readonly error: FerroHsmError };

export interface RewrapProgress {
  readonly rewrapped: number;
  readonly current: number;
  readonly failed: number;
}

export interface RewrapAllOptions {
  /** Data keys that are under way at once; default 64. */
  readonly inFlight?: number;
  /** Ends the work with its reason; what was given out before is done. */
  readonly signal?: AbortSignal;
  /** Told after each data key, before it is given out. */
  readonly onProgress?: (progress: RewrapProgress) => void;
}

const defaultInFlight = 64;

/** What is wrong with one data key, or with its named key; everything else is wrong with all of them. */
const ownFailures: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['operation_failed', 'data_invalid', 'not_found', 'permission_denied', 'approval_required'] as const),
  ...(['key_state', 'key_frozen', 'not_supported', 'access_invalid', 'invalid_params', 'type_invalid'] as const),
]);

/**
 * Brings data keys to the newest versions of their named keys, in their order, many at once and never more in memory
 * than that. What is there already is not asked for; what fails is given out with its error and stops nothing.
 *
 * @throws FerroHsmError for what concerns all of them: the connection is lost, the sidecar is sealed; whatever the
 *   signal was aborted with
 * @example for await (const { kept, outcome, ...now } of rewrapAll(hsm.dataKeys, rows)) {
 *   if (outcome === 'rewrapped') await store(kept.id, now.wrapped);
 * }
 */
export async function* rewrapAll<Kept extends KeptDataKey>(
  keys: Pick<EnvelopeKeys, 'rewrap'>,
  source: AsyncIterable<Kept> | Iterable<Kept>,
  { inFlight = defaultInFlight, signal, onProgress }: RewrapAllOptions = {},
): AsyncGenerator<Rewrapped<Kept>, void> {
  if (!Number.isInteger(inFlight) || inFlight < 1) throw new RangeError(`inFlight is ${inFlight}, not at least 1`);
  const wrapping = new NewestWrapping(keys);
  const underWay: Promise<Rewrapped<Kept>>[] = [];
  const progress = { rewrapped: 0, current: 0, failed: 0 };
  async function first(): Promise<Rewrapped<Kept>> {
    const done = (await underWay.shift()) as Rewrapped<Kept>;
    signal?.throwIfAborted();
    progress[done.outcome] += 1;
    onProgress?.({ ...progress });
    return done;
  }
  signal?.throwIfAborted();
  for await (const kept of source) {
    signal?.throwIfAborted();
    const work = rewrapOne(wrapping, kept, signal);
    // Only the first that fails for all is thrown.
    work.catch(() => undefined);
    underWay.push(work);
    if (underWay.length >= inFlight) yield await first();
  }
  while (underWay.length > 0) yield await first();
}

async function rewrapOne<Kept extends KeptDataKey>(
  wrapping: NewestWrapping,
  kept: Kept,
  signal: AbortSignal | undefined,
): Promise<Rewrapped<Kept>> {
  for (;;) {
    try {
      const { isNew, ...now } = await wrapping.of(kept.name, kept.wrapped);
      return { kept, outcome: isNew ? 'rewrapped' : 'current', ...now };
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof FerroHsmError)) throw error;
      if (ownFailures.has(error.code)) return { kept, outcome: 'failed', error };
      // A limit of use: it goes on as fast as that lets it.
      if (error.retryAfterMs === undefined) throw error;
      await pause(error.retryAfterMs, signal);
    }
  }
}
