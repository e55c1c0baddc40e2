import { FerroHsmError } from '../errors.ts';
import type {
  Algorithm,
  KeyRecord,
  KeyState,
  KeysCreateParams,
  KeysListParams,
  KeyUsage,
  Labels,
  RotationSchedule,
} from '../generated/types.ts';
import { nativeCrypto } from '../local/native-crypto.ts';
import { encodeBase64url } from './base64url.ts';
import type { Rpc } from './rpc.ts';

/** A key that is to be created, its algorithm and usages normalized. */
export interface NewKey {
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly usages: KeyUsage[];
  readonly labels?: Labels | undefined;
  readonly requestId?: string;
  readonly description?: string | undefined;
  readonly active?: boolean | undefined;
  readonly expiresAt?: number | undefined;
  readonly rotation?: RotationSchedule | undefined;
}

/** Which keys a list gives, and how many of them. */
export interface RecordSelection {
  readonly prefix?: string | undefined;
  readonly algorithm?: string | undefined;
  readonly state?: KeyState | undefined;
  readonly labels?: Labels | undefined;
  readonly limit?: number;
}

const maxPageSize = 1000;

export async function createRecord(rpc: Rpc, key: NewKey): Promise<KeyRecord> {
  const { requestId = newRequestId(), ...given } = key;
  const params = { ...defined(given), requestId } as KeysCreateParams;
  return (await onceMore(() => rpc.call('keys.create', params))).record;
}

export async function getRecord(rpc: Rpc, nameOrId: string): Promise<KeyRecord> {
  return (await rpc.call('keys.get', { name: nameOrId })).record;
}

/** Records in the order of their names; pages are fetched as they are needed. */
export async function* listRecords(
  rpc: Rpc,
  { limit = Number.POSITIVE_INFINITY, ...selection }: RecordSelection = {},
): AsyncGenerator<KeyRecord, void> {
  let remaining = limit;
  let cursor: string | undefined;
  do {
    const options: KeysListParams = {
      ...defined(selection),
      ...(cursor !== undefined && { cursor }),
      limit: Math.min(remaining, maxPageSize),
    };
    const { records, nextCursor } = await rpc.call('keys.list', options);
    yield* records;
    remaining -= records.length;
    cursor = nextCursor;
  } while (cursor !== undefined && remaining > 0);
}

export function newRequestId(): string {
  return encodeBase64url(nativeCrypto.getRandomValues(new Uint8Array(16)));
}

/** An absent member and one that is undefined are not the same to everybody. */
function defined(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** A lost answer is asked for again: the same request id returns the first outcome. */
export async function onceMore<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof FerroHsmError && error.code === 'outcome_unknown') return request();
    throw error;
  }
}
