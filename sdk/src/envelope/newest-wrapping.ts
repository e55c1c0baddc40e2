import type { EnvelopeKeys } from './envelope-keys.ts';

/** Start of a wrapped data key: `FHDK`, format 1; then its kind, and the version of the named key as 32 bits big-endian. */
const magic = Uint8Array.of(0x46, 0x48, 0x44, 0x4b, 0x01);
const versionOffset = magic.length + 1;

/** What became of a data key. */
export interface Wrapping {
  /** false: it was wrapped under the newest version already, and is what it was. */
  readonly isNew: boolean;
  readonly wrapped: Uint8Array;
  /** Of the named key. */
  readonly version: number;
}

/**
 * Wraps data keys under the newest versions of their named keys. It learns from each answer which version that is, and
 * asks no more for what is wrapped under it already.
 */
export class NewestWrapping {
  readonly #keys: Pick<EnvelopeKeys, 'rewrap'>;
  readonly #newest = new Map<string, number>();

  constructor(keys: Pick<EnvelopeKeys, 'rewrap'>) {
    this.#keys = keys;
  }

  /** @throws FerroHsmError as `DataKeys.rewrap` */
  async of(nameOrId: string, wrapped: Uint8Array): Promise<Wrapping> {
    const version = versionOf(wrapped);
    if (version !== undefined && version === this.#newest.get(nameOrId)) return { isNew: false, wrapped, version };
    const answer = await this.#keys.rewrap(nameOrId, wrapped);
    this.#newest.set(nameOrId, Math.max(answer.version, this.#newest.get(nameOrId) ?? 0));
    if (answer.version === version) return { isNew: false, wrapped, version };
    return { isNew: true, wrapped: answer.wrapped, version: answer.version };
  }
}

/** Version of the named key; undefined for what is no wrapped data key. */
function versionOf(wrapped: Uint8Array): number | undefined {
  const isOne = wrapped.length > versionOffset + 4 && magic.every((byte, index) => wrapped[index] === byte);
  if (!isOne) return undefined;
  return new DataView(wrapped.buffer, wrapped.byteOffset, wrapped.length).getUint32(versionOffset);
}
