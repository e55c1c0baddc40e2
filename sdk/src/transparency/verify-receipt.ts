import type { AuditRecord } from '../generated/types.ts';
import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { followSuccession, readSuccessions } from './key-succession.ts';
import { type LogTrust, readTrust } from './log-trust.ts';
import { verifyInclusion } from './proofs.ts';
import { readRecord } from './record-form.ts';
import type { SignatureReport } from './signatures.ts';
import { type LogProof, parseProof } from './tlog-proof.ts';

export type VerifyReceiptOptions = LogTrust & {
  /**
   * Records of key rotations, oldest first, that lead from the given keys of the log to newer ones. A receipt may be
   * older than a rotation, so the keys before it still verify one: whoever steals retired keys can forge receipts for
   * those who pinned them. Pin the newer keys to refuse these, and with them what the older ones signed.
   */
  readonly successions?: readonly string[];
};

/** What a check of a receipt found. */
export interface ReceiptReport {
  /** Log that the receipt is of; empty when it cannot be read, the numbers zero then. */
  readonly origin: string;
  /** Entries under the checkpoint of the receipt. */
  readonly size: number;
  /** Place of the entry in the log. */
  readonly index: number;
  /** What the log recorded; to be believed only when `ok`. */
  readonly record?: AuditRecord;
  readonly signatures: readonly SignatureReport[];
  readonly problems: readonly string[];
  /** The given keys vouch for a tree that has exactly this record at this index. */
  readonly ok: boolean;
}

/**
 * Checks the receipt of an operation offline: a C2SP tlog-proof with the entry itself in its `extra` line.
 *
 * @param entry the bytes of the entry, for a receipt that has them not or to be used instead
 * @throws TypeError for no key, a malformed one, a malformed policy or succession; never for the receipt
 *
 * @example const { ok, record, problems } = await verifyReceipt(receipt, { keys: [ed25519, mlDsa44] });
 */
export async function verifyReceipt(
  receipt: string | Uint8Array,
  options: VerifyReceiptOptions,
  entry?: Uint8Array,
): Promise<ReceiptReport> {
  const trust = await readTrust(options);
  const successions = readSuccessions(options.successions ?? []);
  const proof = parseProof(receipt);
  if (proof === undefined) return unreadable('receipt: not a tlog-proof');
  const checkpoint = parseCheckpoint(new TextEncoder().encode(proof.checkpoint));
  if (checkpoint === undefined) return unreadable('checkpoint: malformed');
  const succession = await followSuccession(checkpoint.origin, trust, successions);
  const signed = await succession.checkAny(checkpoint);
  const { record, problems } = await checkEntry(entry ?? proof.extra, proof, checkpoint);
  const found = [...signed.problems, ...problems];
  const { origin, size } = checkpoint;
  const { index } = proof;
  return { origin, size, index, ...record, signatures: signed.signatures, problems: found, ok: found.length === 0 };
}

async function checkEntry(
  entry: Uint8Array | undefined,
  { index, hashes }: LogProof,
  { size, root }: SignedCheckpoint,
): Promise<{ record?: { record: AuditRecord }; problems: string[] }> {
  if (entry === undefined) return { problems: ['receipt: without its entry'] };
  const isIncluded = await verifyInclusion(entry, index, size, hashes, root);
  const problems = isIncluded ? [] : [`entry ${index}: not in the tree of the checkpoint`];
  const reading = readRecord(entry);
  if ('reason' in reading) return { problems: [...problems, `entry ${index}: no record: ${reading.reason}`] };
  return { record: reading, problems };
}

function unreadable(problem: string): ReceiptReport {
  return { origin: '', size: 0, index: 0, signatures: [], problems: [problem], ok: false };
}
