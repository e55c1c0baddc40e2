import type { LoadedKey } from '../crypto/key.ts';
import type { Execution } from '../request/context.ts';

/** One version of a named key. */
export interface NamedVersion {
  readonly key: LoadedKey;
  readonly keyId: string;
  readonly version: number;
}

/** The version of a named key that an operation acts upon, from its handle `key_<id>/<version>`. */
export function targetVersion(execution: Execution): NamedVersion {
  const [keyId = '', version] = execution.target.split('/');
  return { key: execution.key(execution.target), keyId, version: Number(version) };
}
