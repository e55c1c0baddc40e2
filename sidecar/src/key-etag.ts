import type { KeyRecord } from './generated/types.ts';

/** Names a key as it is: changes with every change of the key, and comes back never. */
export function keyEtag({ id, revision }: Pick<KeyRecord, 'id' | 'revision'>): string {
  return `${id}@${revision}`;
}
