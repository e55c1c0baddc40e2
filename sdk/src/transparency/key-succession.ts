import type { AuditRecord } from '../generated/types.ts';
import { fromBase64 } from './base64.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { allKeys, signatureProblems, type TrustedKeys } from './log-trust.ts';
import { readRecord } from './record-form.ts';
import { checkSignatures, type SignatureReport, verifySignature } from './signatures.ts';
import { names, parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** The record of a change of the log's keys, with its entry as text. */
export interface RotationRecord {
  readonly entry: string;
  readonly details: NonNullable<AuditRecord['details']>;
}

/** A rotation whose keys and signatures were read. */
interface Rotation {
  readonly oldKeys: readonly VerifierKey[];
  readonly newKeys: readonly VerifierKey[];
  readonly signatures: readonly Uint8Array<ArrayBuffer>[];
}

export interface CheckedSignatures {
  readonly signatures: readonly SignatureReport[];
  readonly problems: readonly string[];
  /** Keys of the log that signed; none with problems. */
  readonly keys: readonly VerifierKey[];
}

const nothingChecked: CheckedSignatures = { signatures: [], problems: [], keys: [] };

/** The rotation that a record is of, if any. */
export function rotationOf(record: AuditRecord, entry: Uint8Array): RotationRecord | undefined {
  const { operation, phase, outcome, details } = record;
  if (operation !== 'log.rotateKeys' || phase !== 'event' || outcome !== 'ok' || details === undefined) return;
  return { entry: new TextDecoder().decode(entry), details };
}

/** The rotation that an entry holds, if any. */
export function rotationIn(entry: Uint8Array): RotationRecord | undefined {
  const reading = readRecord(entry);
  return 'record' in reading ? rotationOf(reading.record, entry) : undefined;
}

/** @throws TypeError for a text that is not the record of a rotation */
export function readSuccessions(entries: readonly string[]): RotationRecord[] {
  return entries.map((text) => {
    const rotation = rotationIn(new TextEncoder().encode(text));
    if (rotation === undefined) throw new TypeError('a succession that is not the record of a key rotation');
    return rotation;
  });
}

/** The keys of a log from the pinned ones on, each vouched for by those before it. */
export class KeySuccession {
  /** Entries of the rotations that were followed. */
  readonly followed: readonly string[];
  readonly problems: readonly string[];
  readonly #stages: readonly TrustedKeys[];

  constructor(stages: readonly TrustedKeys[], followed: readonly string[], problems: readonly string[]) {
    this.#stages = stages;
    this.followed = followed;
    this.problems = problems;
  }

  /** The keys that the log signs with since the last rotation that was followed. */
  get latest(): readonly VerifierKey[] {
    return this.#stages.at(-1)?.logs ?? [];
  }

  /** None of these keys signed, but another one of the log's name: newer keys, if the log says so itself. */
  mayGoOn({ origin, lines }: SignedCheckpoint): boolean {
    const own = this.#stages.flatMap(({ logs }) => logs).filter(({ name }) => name === origin);
    const isOwn = lines.some(({ name }) => name === origin);
    return own.length > 0 && isOwn && !own.some((key) => lines.some((line) => names(key, line)));
  }

  /**
   * Checks a checkpoint that covers the rotations that were followed: the log signs all of these with its present keys
   * only. Those before them have no power over it any more, whoever has them.
   */
  async checkLatest(checkpoint: SignedCheckpoint): Promise<CheckedSignatures> {
    const found = await this.#checkAll(checkpoint, 'checkpoint');
    const latest = found.at(-1) ?? nothingChecked;
    const isRetired = latest.problems.length > 0 && found.some(({ problems }) => problems.length === 0);
    const retired = isRetired ? ['checkpoint: signed with keys that the log has retired'] : [];
    return { ...latest, problems: [...this.problems, ...retired, ...latest.problems] };
  }

  /**
   * Checks a checkpoint that may be older than the rotations: the keys of any one stage are enough, also retired ones.
   * Whoever steals those can sign such a checkpoint, of any tree, so it says nothing of what the log holds now. Of
   * several stages that fail, the closest is told.
   *
   * @param path of the checkpoint, for the problems
   */
  async checkAny(checkpoint: SignedCheckpoint, path = 'checkpoint'): Promise<CheckedSignatures> {
    const found = await this.#checkAll(checkpoint, path);
    const [closest] = found.reverse().sort((a, b) => a.problems.length - b.problems.length);
    const checked = closest ?? nothingChecked;
    return { ...checked, problems: [...this.problems, ...checked.problems] };
  }

  #checkAll(checkpoint: SignedCheckpoint, path: string): Promise<CheckedSignatures[]> {
    return Promise.all(this.#stages.map((trust) => checkAgainst(checkpoint, trust, path)));
  }
}

/**
 * Follows rotations from the pinned keys of a log: each one whose old keys are all the present ones, or contain all the
 * pinned ones, and which both the old and the new keys signed. Those before the pinned keys are passed over.
 */
export async function followSuccession(
  origin: string,
  trust: TrustedKeys,
  records: readonly RotationRecord[],
): Promise<KeySuccession> {
  const stages = [trust];
  const followed: string[] = [];
  for (const { entry, details } of records) {
    const present = stages.at(-1)?.logs.filter(({ name }) => name === origin) ?? [];
    const { oldKeys } = details;
    if (typeof oldKeys !== 'string' || present.length === 0) continue;
    if (!present.every(({ text }) => oldKeys.split(' ').includes(text))) continue;
    const rotation = await readRotation(origin, details);
    if (rotation === undefined || !(await isSigned(origin, rotation, present))) {
      return new KeySuccession(stages, followed, ['key rotation: not signed by the old and the new keys']);
    }
    stages.push({ ...trust, logs: rotation.newKeys });
    followed.push(entry);
  }
  return new KeySuccession(stages, followed, []);
}

async function checkAgainst(
  checkpoint: SignedCheckpoint,
  trust: TrustedKeys,
  path: string,
): Promise<CheckedSignatures> {
  const signatures = await checkSignatures(checkpoint, allKeys(trust));
  const problems = signatureProblems(checkpoint, trust, signatures).map((problem) => `${path}: ${problem}`);
  const keys = trust.logs.filter(({ name }) => problems.length === 0 && name === checkpoint.origin);
  return { signatures, problems, keys };
}

async function readRotation(origin: string, details: RotationRecord['details']): Promise<Rotation | undefined> {
  try {
    const [oldKeys, newKeys] = await Promise.all([readPair(details.oldKeys), readPair(details.newKeys)]);
    const texts = [details.oldSignatures, details.newSignatures].flatMap((pair) => String(pair).split(' '));
    const signatures = texts.map(fromBase64).filter((bytes) => bytes !== undefined);
    const isWhole = signatures.length === 4 && [...oldKeys, ...newKeys].every(({ name }) => name === origin);
    return isWhole ? { oldKeys, newKeys, signatures } : undefined;
  } catch {
    return undefined;
  }
}

/** @throws TypeError for anything but an Ed25519 key and an ML-DSA-44 key, a space between them */
async function readPair(text: unknown): Promise<VerifierKey[]> {
  const keys = await Promise.all(String(text).split(' ').map(parseVerifierKey));
  const [ed25519, mlDsa44, ...more] = keys.map(({ algorithm }) => algorithm.name);
  if (ed25519 !== 'Ed25519' || mlDsa44 !== 'ML-DSA-44 cosignature' || more.length > 0) {
    throw new TypeError('not the two keys of a log');
  }
  return keys;
}

/** None wrong, and of the present and of the new keys at least one that this runtime can check. */
async function isSigned(
  origin: string,
  { oldKeys, newKeys, signatures }: Rotation,
  present: readonly VerifierKey[],
): Promise<boolean> {
  const keys = [...oldKeys, ...newKeys];
  const lines = ['ferrohsm/log-keys/v1', origin, ...keys.map(({ text }) => text)];
  const message = new TextEncoder().encode(`${lines.join('\n')}\n`);
  const valid = await Promise.all(
    keys.map((key, i) => verifySignature(key, { message, signature: signatures[i] ?? new Uint8Array() })),
  );
  const isPresent = ({ text }: VerifierKey) => present.some((key) => key.text === text);
  const byPresent = valid.slice(0, oldKeys.length).filter((_, i) => oldKeys[i] !== undefined && isPresent(oldKeys[i]));
  return !valid.includes(false) && byPresent.includes(true) && valid.slice(oldKeys.length).includes(true);
}
