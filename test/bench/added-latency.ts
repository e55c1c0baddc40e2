import { randomBytes } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
import { createFolders, discardFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { runLoad } from './load.ts';
import type { BenchOptions } from './options.ts';
import { median } from './statistics.ts';

/** Median latency of one ECDSA P-256 signature at a time, in microseconds; the key is a session key. */
export interface AddedLatency {
  /** The runtime's own Web Crypto. */
  readonly inProcessUs: number;
  /** The SDK, answers before the sync of their record. */
  readonly bufferedUs: number;
  /** What the sidecar adds to the signature in process. */
  readonly bufferedAddedUs: number;
  /** The SDK, answers after it. */
  readonly durableUs: number;
  readonly durableAddedUs: number;
}

type Side = 'inProcess' | 'buffered' | 'durable';
type Sign = () => Promise<unknown>;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const message = randomBytes(32);

/** Rounds are short, so that what else the machine does meanwhile hits every side. */
const roundsPerRound = 4;

/** The three sides take turns. */
export async function measureAddedLatency({ roundMs, rounds }: BenchOptions): Promise<AddedLatency> {
  await using buffered = await openSidecar('buffered');
  await using durable = await openSidecar('durable');
  const sides: Readonly<Record<Side, Sign>> = {
    inProcess: await signingWith(crypto.subtle),
    buffered: await signingWith(buffered.subtle),
    durable: await signingWith(durable.subtle),
  };
  const p50s: Record<Side, number[]> = { inProcess: [], buffered: [], durable: [] };
  for (const sign of Object.values(sides)) await runLoad(sign, 1, 3 * roundMs);
  for (let round = 0; round < rounds * roundsPerRound; round += 1) {
    for (const [side, sign] of Object.entries(sides) as [Side, Sign][]) {
      p50s[side].push((await runLoad(sign, 1, roundMs / 2)).p50Us);
    }
  }
  const [inProcessUs, bufferedUs, durableUs] = [median(p50s.inProcess), median(p50s.buffered), median(p50s.durable)];
  return {
    inProcessUs,
    bufferedUs,
    bufferedAddedUs: bufferedUs - inProcessUs,
    durableUs,
    durableAddedUs: durableUs - inProcessUs,
  };
}

/** A sidecar of its own with a client; its end discards both. */
async function openSidecar(audit: Exclude<Side, 'inProcess'>) {
  const folders = createFolders();
  const sidecar = await startSidecarProcess({ folders, arguments: ['--session-key-audit', audit] });
  const hsm = await connect({ socket: sidecar.socket });
  return {
    subtle: hsm.subtle,
    async [Symbol.asyncDispose]() {
      await hsm.close();
      await sidecar.stop();
      discardFolders(folders);
    },
  };
}

/** The same lines for both: the SDK is Web Crypto. */
async function signingWith(subtle: Pick<SubtleCrypto, 'generateKey' | 'sign'>): Promise<Sign> {
  const { privateKey } = await subtle.generateKey(algorithm, false, ['sign', 'verify']);
  return () => subtle.sign(algorithm, privateKey, message);
}
