export { parseCheckpoint, type SignedCheckpoint, type TreeCheckpoint } from './checkpoint.ts';
export type { NoteAlgorithm, SignedMessage } from './note-algorithms.ts';
export { verifyConsistency, verifyInclusion } from './proofs.ts';
export { checkSignatures, type SignatureReport } from './signatures.ts';
export type { SignatureLine, SignedNote } from './signed-note.ts';
export type { LogSource } from './tile-source.ts';
export type { Hash } from './tree-hash.ts';
export { parseVerifierKey, type VerifierKey } from './verifier-key.ts';
export { type LogReport, type VerifyLogOptions, verifyLog } from './verify-log.ts';
