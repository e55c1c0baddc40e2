import { checkSignatures, type SignatureLine, type SignedCheckpoint, type VerifierKey } from '@ferrohsm/sdk/node';

/**
 * The signature lines of all the given keys, one each in the order of the keys. Lines of other keys are ignored.
 * Every key must have signed, so that nobody gets around the stronger one by leaving its line out.
 *
 * @returns undefined when a key has not signed, or a line says that it did and does not verify
 */
export async function trustedSignatures(
  checkpoint: SignedCheckpoint,
  keys: readonly VerifierKey[],
): Promise<readonly SignatureLine[] | undefined> {
  const lines = await Promise.all(keys.map((key) => signatureBy(checkpoint, key)));
  return lines.every((line) => line !== undefined) ? lines : undefined;
}

async function signatureBy(checkpoint: SignedCheckpoint, key: VerifierKey): Promise<SignatureLine | undefined> {
  const reports = await checkSignatures(checkpoint, [key]);
  if (reports.some(({ valid }) => valid === false)) return undefined;
  return checkpoint.lines.find((_, index) => reports[index]?.valid === true);
}
