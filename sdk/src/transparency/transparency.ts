export { parseCheckpoint, type SignedCheckpoint, type TreeCheckpoint } from './checkpoint.ts';
export { DamagedLogError } from './damaged-log-error.ts';
export {
  isWitnessed,
  type LogPolicy,
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
  parseLogPolicy,
} from './log-policy.ts';
export type { LogReport } from './log-report.ts';
export type { LogTrust, PinnedKeys, PinnedPolicy } from './log-trust.ts';
export type { NoteAlgorithm, SignedMessage } from './note-algorithms.ts';
export { verifyConsistency, verifyInclusion } from './proofs.ts';
export { proveConsistency, proveInclusion, proveRecord } from './prove.ts';
export { checkSignatures, type SignatureReport } from './signatures.ts';
export type { SignatureLine, SignedNote } from './signed-note.ts';
export type { LogSource } from './tile-source.ts';
export { formatProof, type LogProof, parseProof } from './tlog-proof.ts';
export type { Hash } from './tree-hash.ts';
export type { VerifiedState } from './verified-state.ts';
export { parseVerifierKey, type VerifierKey } from './verifier-key.ts';
export { type VerifyLogOptions, verifyLog } from './verify-log.ts';
export { type ReceiptReport, type VerifyReceiptOptions, verifyReceipt } from './verify-receipt.ts';
