import { parseCheckpoint, type SignedCheckpoint } from '@ferrohsm/sdk/node';
import { Refusal } from './refusal.ts';

/** What a log sends to have its checkpoint cosigned; nothing of it is verified (C2SP tlog-witness "add-checkpoint"). */
export interface Submission {
  /** Entries in the checkpoint that the log believes to be the latest cosigned one. */
  readonly oldSize: number;
  /** Hashes of the consistency proof. */
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: SignedCheckpoint;
}

const proofLinesMax = 63;
const hashBytes = 32;

/** @throws Refusal 400 for anything but a well-formed submission */
export function parseSubmission(body: Buffer): Submission {
  const end = body.indexOf('\n\n');
  if (end === -1) throw new Refusal(400, 'no empty line before the checkpoint');
  const [sizeLine = '', ...proofLines] = body.toString('latin1', 0, end).split('\n');
  if (proofLines.length > proofLinesMax) throw new Refusal(400, `more than ${proofLinesMax} proof lines`);
  return {
    oldSize: parseOldSize(sizeLine),
    proof: proofLines.map(parseHash),
    checkpoint: readCheckpoint(body.subarray(end + 2)),
  };
}

function parseOldSize(line: string): number {
  const [, digits] = /^old (0|[1-9]\d*)$/.exec(line) ?? [];
  const size = Number(digits);
  if (Number.isSafeInteger(size)) return size;
  throw new Refusal(400, 'the first line is not "old" and a size');
}

function parseHash(line: string): Uint8Array {
  const bytes = Buffer.from(line, 'base64');
  // Buffer takes other alphabets, missing padding and stray bits.
  if (bytes.length === hashBytes && bytes.toString('base64') === line) return bytes;
  throw new Refusal(400, 'a proof line is not a hash in base64');
}

function readCheckpoint(bytes: Uint8Array): SignedCheckpoint {
  const checkpoint = parseCheckpoint(bytes);
  // Lines of a checkpoint are not empty (C2SP tlog-checkpoint "Note text"), though those of other notes may be.
  if (checkpoint !== undefined && !checkpoint.body.includes('\n\n')) return checkpoint;
  throw new Refusal(400, 'malformed checkpoint');
}
