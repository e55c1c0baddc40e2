import type { Collection, ServedSocket } from '@ferrohsm/pkcs11';
import { usageError } from '../errors.ts';
import { listeningPlace, parseSocket } from '../serve-options.ts';

/**
 * One `--socket NAME=PATH[,pin][,mode=0660][,group=NAME]`.
 *
 * @throws CliError 2
 */
export function servedSocket(text: string, collections: readonly Collection[]): ServedSocket {
  const parts = text.split(',');
  const place = listeningPlace(parseSocket(parts.filter((part) => part !== 'pin').join(',')));
  if (!text.startsWith(`${place.name}=`)) throw usageError('a PKCS#11 socket needs a name', 'write --socket NAME=PATH');
  return { ...place, requiresPin: parts.includes('pin'), collections };
}

const labelBytes = 32;

/**
 * One `--collection PREFIX[=LABEL]`: the keys of one slot.
 *
 * @throws CliError 2
 */
export function collectionOf(text: string): Collection {
  const [, prefix = '', label = prefix.slice(0, -1)] = /^([a-z0-9][a-z0-9._/-]*\/)(?:=(.+))?$/.exec(text) ?? [];
  if (prefix === '')
    throw usageError(`not a collection: ${text}`, 'write a prefix of key names that ends with a slash');
  if (Buffer.byteLength(label) > labelBytes) {
    throw usageError(`a token label has at most ${labelBytes} bytes`, `write --collection ${prefix}=LABEL`);
  }
  return { prefix, label };
}

/** One slot with all keys that the identity may see. */
export const everyKey: Collection = { prefix: '', label: 'FerroHSM' };
