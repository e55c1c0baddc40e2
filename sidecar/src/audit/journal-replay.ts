import type { LogFiles } from './files.ts';
import { chainStart, readFrame } from './frame.ts';
import {
  type CheckpointMark,
  decodeHeader,
  decodeMark,
  decodeRecords,
  payloadCheckpoint,
  payloadRecords,
  type SegmentHeader,
} from './journal-payload.ts';
import { segmentName } from './journal-segment.ts';
import type { LoggedRecord } from './logged-record.ts';
import type { KeyedMac } from './mac.ts';
import { damaged } from './refusal.ts';

export interface JournalSource {
  readonly files: LogFiles;
  readonly folder: string;
  readonly mac: KeyedMac;
  readonly origin: string;
}

/** What the journal holds, all of it checked. */
export interface JournalContent {
  /** Leaf index of the first record. */
  readonly firstIndex: number;
  readonly records: readonly LoggedRecord[];
  /** Checkpoints that were signed, oldest first; the first is the one from before the journal. */
  readonly checkpoints: readonly CheckpointMark[];
  readonly lastMac: Buffer;
  readonly lastSequence: number;
}

interface Segment {
  readonly header: SegmentHeader;
  readonly payloads: readonly Buffer[];
  readonly lastMac: Buffer;
}

/** Numbers of the segments in the folder, ascending. */
export async function listSegments(files: LogFiles, folder: string): Promise<number[]> {
  const names = await files.list(folder);
  return names
    .filter((name) => /^\d{8}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Reads the segments back to the last one that starts over. A write that a crash cut is left out: nothing in it
 * was acknowledged. Whoever can write the folder can cut the same way; that shows against any checkpoint that a
 * witness or a receipt holder saw.
 *
 * @throws SidecarError `audit_corrupt` for any other difference, with the segment's number
 */
export async function replayJournal(source: JournalSource): Promise<JournalContent> {
  const sequences = await listSegments(source.files, source.folder);
  const lastSequence = sequences.at(-1);
  if (lastSequence === undefined) throw damaged('journal', 'no segment');
  const segments: Segment[] = [];
  for (const sequence of sequences.toReversed()) {
    const follower = segments[0];
    if (follower !== undefined && follower.header.sequence !== sequence + 1) break;
    const segment = await readSegment(source, sequence, follower === undefined);
    if (segment === undefined) continue;
    segments.unshift(segment);
    if (segment.header.startsOver) break;
  }
  return { ...joinSegments(segments), lastSequence };
}

/** Undefined for a segment that was prepared and not yet begun; only the last one may be. */
async function readSegment(source: JournalSource, sequence: number, isLast: boolean): Promise<Segment | undefined> {
  const what = `journal segment ${sequence}`;
  const bytes = await source.files.read(`${source.folder}/${segmentName(sequence)}`);
  const { payloads, lastMac, isTorn } = readPayloads(bytes, source.mac, what);
  const [first, ...rest] = payloads;
  if (isTorn && !isLast) throw damaged(what, 'cut, and not the last');
  if (first === undefined) return undefined;
  const header = decodeHeader(first);
  if (header === undefined) throw damaged(what, 'unknown header');
  if (header.sequence !== sequence) throw damaged(what, `holds segment ${header.sequence}`);
  if (header.origin !== source.origin) throw damaged(what, 'belongs to another log');
  return { header, payloads: rest, lastMac };
}

function readPayloads(
  bytes: Buffer,
  mac: KeyedMac,
  what: string,
): { payloads: Buffer[]; lastMac: Buffer; isTorn: boolean } {
  const payloads: Buffer[] = [];
  let chain: Buffer = chainStart;
  for (let offset = 0; ; ) {
    const reading = readFrame(bytes, offset, mac, chain);
    if (reading.kind === 'damaged') throw damaged(what, `frame ${payloads.length}: wrong ${reading.reason}`);
    if (reading.kind !== 'frame') return { payloads, lastMac: chain, isTorn: reading.kind === 'torn' };
    payloads.push(reading.payload);
    chain = reading.mac;
    offset = reading.end;
  }
}

function joinSegments(segments: readonly Segment[]): Omit<JournalContent, 'lastSequence'> {
  const [first] = segments;
  if (first === undefined) throw damaged('journal', 'no header in the last segment');
  const records: LoggedRecord[] = [];
  const checkpoints = [first.header.checkpoint];
  let lastMac: Buffer | undefined;
  for (const { header, payloads, lastMac: segmentMac } of segments) {
    const what = `journal segment ${header.sequence}`;
    if (lastMac !== undefined && !header.previousMac.equals(lastMac)) throw damaged(what, 'does not continue');
    for (const payload of payloads) readPayload(payload, records, checkpoints, what);
    lastMac = segmentMac;
  }
  return { firstIndex: first.header.firstIndex, records, checkpoints, lastMac: lastMac ?? chainStart };
}

function readPayload(payload: Buffer, records: LoggedRecord[], checkpoints: CheckpointMark[], what: string): void {
  const block = payload[0] === payloadRecords ? decodeRecords(payload) : undefined;
  const mark = payload[0] === payloadCheckpoint ? decodeMark(payload) : undefined;
  if (block === undefined && mark === undefined) throw damaged(what, 'unknown payload');
  for (const record of block ?? []) records.push(record);
  if (mark !== undefined) checkpoints.push(mark);
}
