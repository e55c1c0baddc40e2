import type { KeyObject } from 'node:crypto';
import type { Algorithm, KeyFormat } from '../../generated/types.ts';
import type { LoadedKey, LoadedKeyPair } from '../key.ts';
import type { EncapsulatedBits, KeyAttributes } from '../provider.ts';

interface KeyUse {
  readonly key: LoadedKey;
}

interface DataUse extends KeyUse {
  readonly data: Uint8Array;
}

/** What each operation takes besides its algorithm, and what it gives. */
export interface Operations {
  readonly sign: { readonly input: DataUse; readonly result: Uint8Array };
  /** `data` is the digest of the message. */
  readonly signDigest: { readonly input: DataUse; readonly result: Uint8Array };
  readonly verify: { readonly input: DataUse & { readonly signature: Uint8Array }; readonly result: boolean };
  readonly encrypt: { readonly input: DataUse; readonly result: Uint8Array };
  readonly decrypt: { readonly input: DataUse; readonly result: Uint8Array };
  readonly wrap: { readonly input: DataUse; readonly result: Uint8Array };
  readonly unwrap: { readonly input: DataUse; readonly result: Uint8Array };
  readonly derive: {
    readonly input: KeyUse & {
      readonly length: number | null;
      readonly peer: LoadedKey | undefined;
      readonly pepper?: KeyObject | undefined;
    };
    readonly result: Uint8Array;
  };
  readonly encapsulate: { readonly input: KeyUse; readonly result: EncapsulatedBits };
  readonly decapsulate: { readonly input: DataUse; readonly result: Uint8Array };
  readonly import: {
    readonly input: { readonly format: KeyFormat; readonly data: Uint8Array; readonly attributes: KeyAttributes };
    readonly result: LoadedKey;
  };
  readonly generate: {
    readonly input: { readonly attributes: KeyAttributes };
    readonly result: LoadedKey | LoadedKeyPair;
  };
}

export type OperationName = keyof Operations;

/** One operation as plain data and KeyObjects, so that it can run on any thread. Access has been checked. */
export type Job<O extends OperationName = OperationName> = {
  [K in O]: { readonly operation: K; readonly algorithm: Algorithm } & Operations[K]['input'];
}[O];

export type JobResult<O extends OperationName = OperationName> = Operations[O]['result'];

/** Whatever performs operations. */
export interface Runs {
  /**
   * @param asker whose job it is, compared by identity: where jobs wait, askers take turns
   * @throws SidecarError of the operation; `quota_exceeded` when the lane is full; `internal_error` when it died
   */
  run<O extends OperationName>(job: Job<O>, asker?: object): Promise<JobResult<O>>;
}

/** A place where operations run. */
export interface Lane extends Runs {
  close(): Promise<void>;
}
