import { randomBytes } from 'node:crypto';
import { SidecarError } from '../errors.ts';

/** Four windows; SP 800-90B section 4.3 asks for at least 1024 samples at start. */
const sampleBytes = 2_048;
const windowBytes = 512;

/**
 * Cutoffs for 8 bits of entropy a byte and a false alarm of at most 2^-40 (SP 800-90B sections 4.4.1 and 4.4.2):
 * 1 + ceil(40 / 8) equal bytes in a row; 1 + the 1 - 2^-40 quantile of the binomial of 512 and 1/256.
 */
const repetitionCutoff = 6;
const proportionCutoff = 19;

/**
 * Health test of the random source at start: a stuck or heavily biased one stops it.
 *
 * @param read gives `n` random bytes
 * @throws SidecarError `self_test_failed`
 */
export function checkRandomSource(read: (n: number) => Buffer = randomBytes): void {
  const sample = read(sampleBytes);
  if (sample.length !== sampleBytes) throw failed('too few bytes');
  if (longestRun(sample) >= repetitionCutoff) throw failed('repetition count');
  for (let start = 0; start < sampleBytes; start += windowBytes) {
    const window = sample.subarray(start, start + windowBytes);
    if (occurrencesOfFirst(window) >= proportionCutoff) throw failed('adaptive proportion');
  }
}

function longestRun(sample: Buffer): number {
  let longest = 0;
  let run = 0;
  let previous: number | undefined;
  for (const byte of sample) {
    run = byte === previous ? run + 1 : 1;
    previous = byte;
    longest = Math.max(longest, run);
  }
  return longest;
}

function occurrencesOfFirst(window: Buffer): number {
  return window.reduce((count, byte) => (byte === window[0] ? count + 1 : count), 0);
}

function failed(test: string): SidecarError {
  return new SidecarError('self_test_failed', `random source, ${test}`);
}
