import { sign } from 'node:crypto';
import type { SignatureLine, TreeCheckpoint } from '@ferrohsm/sdk/node';
import type { WitnessKey } from './witness-key.ts';

/**
 * The cosignature of a checkpoint by one key of a witness, over the whole tree (C2SP tlog-cosignature).
 *
 * @param timeMs milliseconds since 1970; the cosignature carries seconds
 */
export function cosign(checkpoint: TreeCheckpoint, key: WitnessKey, timeMs: number): SignatureLine {
  const { name, id, algorithm } = key.verifier;
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(Math.floor(timeMs / 1000)));
  // What is signed is what a verifier will ask for; it depends on the time and not on the signature after it.
  const blank = new Uint8Array(timestamp.length + algorithm.signatureBytes);
  blank.set(timestamp);
  const signed = algorithm.message(checkpoint, name, blank);
  if (signed === undefined) throw new TypeError(`no cosignature by ${algorithm.name}`);
  return { name, id, signature: Buffer.concat([timestamp, sign(null, signed.message, key.privateKey)]) };
}

/** A signature line of C2SP signed-note, with its newline. */
export function lineText({ name, id, signature }: SignatureLine): string {
  return `\u2014 ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}
