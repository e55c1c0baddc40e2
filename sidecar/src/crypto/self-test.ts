import { SidecarError } from '../errors.ts';
import { type KnownAnswer, knownAnswers } from './known-answers.ts';

/**
 * Known-answer tests of the primitives, before the first key is opened (ISO/IEC 19790 section 7.10). SLH-DSA signing,
 * which takes too long here, is tested before its first use instead.
 *
 * @throws SidecarError `self_test_failed` naming the algorithm
 * @example runStartUpSelfTests();
 */
export function runStartUpSelfTests(tests: readonly KnownAnswer[] = knownAnswers()): void {
  for (const { algorithm, isRight } of tests) {
    if (!succeeds(algorithm, isRight)) throw new SidecarError('self_test_failed', algorithm);
  }
}

function succeeds(algorithm: string, isRight: () => boolean): boolean {
  try {
    return isRight();
  } catch (cause) {
    throw new SidecarError('self_test_failed', algorithm, { cause });
  }
}
