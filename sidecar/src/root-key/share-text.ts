import { SidecarError } from '../errors.ts';
import { Secret, secretMemory } from '../secret.ts';
import { decodeCrockford, encodeCrockford } from './crockford.ts';
import { rootKeyBytes } from './provider.ts';
import type { Share } from './shamir.ts';

/** Derives bytes from a key; `crypto/sealing.ts` has it. */
export interface KeyDerivation {
  derive(key: Secret, salt: Uint8Array, info: string, lengthBytes: number): Secret;
}

/** Which shares belong together, and how many of them open. */
export interface ShareSet {
  /** Eight symbols, by chance: no two sets are alike. */
  readonly label: string;
  readonly threshold: number;
  readonly count: number;
}

/** A share and the set that it says it is of. */
export interface LabelledShare extends Share {
  readonly set: ShareSet;
}

const checksumBytes = 3;
const labelBytes = 5;
const groupSymbols = 4;
const hyphen = 0x2d;
const fullStop = 0x2e;
const longestBytes = 256;
/** What is longer holds symbols of the value, which must not become a string. */
const longestHeadBytes = 64;
const form = /^ferrohsm-share-1\.([0-9A-Z]{8})\.([1-9]\d{0,2})OF([1-9]\d{0,2})\.NEED([1-9]\d{0,2})$/i;

/**
 * What a custodian keeps: `ferrohsm-share-1.SET.INDEXofCOUNT.needTHRESHOLD.` and 14 groups of four symbols, which hold
 * the value and a checksum over all of it.
 */
export function encodeShare({ set, index, value }: LabelledShare, derivation: KeyDerivation): Secret {
  const head = headOf(set, index);
  using checksum = checksumOf(head, value, derivation);
  using payload = Secret.take(secretMemory(rootKeyBytes + checksumBytes));
  value.bytes.copy(payload.bytes);
  checksum.bytes.copy(payload.bytes, rootKeyBytes);
  using symbols = Secret.take(encodeCrockford(payload.bytes));
  return grouped(`${head}.`, symbols.bytes);
}

/**
 * Reads a share as it was typed: of either case, grouped in any way.
 *
 * @throws SidecarError `share_invalid` for anything that `encodeShare` has not made
 */
export function decodeShare(text: Uint8Array, derivation: KeyDerivation): LabelledShare {
  const end = text.lastIndexOf(fullStop);
  if (end < 0 || end > longestHeadBytes || text.length > longestBytes) throw notAShare();
  const { set, index } = parseHead(Buffer.from(text.subarray(0, end)).toString('latin1').trim());
  const decoded = decodeCrockford(text.subarray(end + 1), rootKeyBytes + checksumBytes);
  if (decoded === undefined) throw mistyped();
  using payload = Secret.take(decoded);
  const value = Secret.copy(payload.bytes.subarray(0, rootKeyBytes));
  using checksum = checksumOf(headOf(set, index), value, derivation);
  if (!checksum.bytes.equals(payload.bytes.subarray(rootKeyBytes))) {
    value.dispose();
    throw mistyped();
  }
  return { set, index, value };
}

/** The label of a set from random bytes. */
export function labelOf(bytes: Uint8Array): string {
  return encodeCrockford(bytes.subarray(0, labelBytes)).toString('latin1');
}

/** What of a share is not secret. */
export function headOf({ label, threshold, count }: ShareSet, index: number): string {
  return `ferrohsm-share-1.${label}.${index}of${count}.need${threshold}`;
}

function parseHead(head: string): { set: ShareSet; index: number } {
  const [, typed = '', index, count, threshold] = form.exec(head) ?? [];
  const label = decodeCrockford(Buffer.from(typed), labelBytes);
  const set = { label: label === undefined ? '' : labelOf(label), threshold: Number(threshold), count: Number(count) };
  if (set.label === '' || !isShareSet(set) || Number(index) > set.count) throw notAShare();
  return { set, index: Number(index) };
}

/** One share alone would be the root key itself. */
export function isShareSet({ threshold, count }: Pick<ShareSet, 'threshold' | 'count'>): boolean {
  return Number.isInteger(threshold) && Number.isInteger(count) && threshold >= 2 && threshold <= count && count <= 255;
}

function checksumOf(head: string, value: Secret, derivation: KeyDerivation): Secret {
  return derivation.derive(value, Buffer.from(head), 'ferrohsm/share/checksum/v1', checksumBytes);
}

function grouped(head: string, symbols: Buffer): Secret {
  const groups = Math.ceil(symbols.length / groupSymbols);
  const text = secretMemory(head.length + symbols.length + groups - 1).fill(hyphen);
  text.write(head, 'latin1');
  for (let group = 0; group < groups; group += 1) {
    const start = group * groupSymbols;
    symbols.copy(text, head.length + start + group, start, start + groupSymbols);
  }
  return Secret.take(text);
}

function notAShare(): SidecarError {
  return new SidecarError('share_invalid', 'it does not begin as a share does');
}

function mistyped(): SidecarError {
  return new SidecarError('share_invalid', 'its checksum does not fit: a symbol is wrong or missing');
}
