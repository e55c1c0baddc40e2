import { SidecarError } from '../errors.ts';

/** The refusal for stored data that does not verify; `detail` says what kind of data, never its content. */
export function corruption(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('keystore_corrupt', detail, { cause });
}

/** Some of the keys that were to be read together do not verify. */
export class CorruptPage extends SidecarError {
  /** Of all of them, those that verify too, in their order; as the index has them, which is not proven. */
  readonly names: readonly string[];

  constructor(names: readonly string[], cause: SidecarError) {
    super('keystore_corrupt', cause.detail, { cause });
    this.names = names;
  }
}
