import { createJSONRPCErrorResponse, type JSONRPCErrorResponse, type JSONRPCID } from 'json-rpc-2.0';
import { SidecarError } from '../errors.ts';
import { type ErrorCode, errorTable } from '../generated/errors.ts';
import { returnMemory } from '../released-bytes.ts';
import type { Secret } from '../secret.ts';
import type { Connection, OutboundMessage } from '../transport/connection.ts';

/** A response and the secrets in it. It owns its bytes: once they have left, nobody can look at them. */
export interface Reply extends OutboundMessage {
  readonly secrets: readonly Secret[];
}

/**
 * The error object of a refusal. Only the table's text and the refusal's own detail are told: an unexpected
 * error's message stays inside, because it may quote what it failed on.
 */
export function errorResponse(id: JSONRPCID, cause: unknown): JSONRPCErrorResponse {
  const error = cause instanceof SidecarError ? cause : new SidecarError('internal_error');
  const { number, hint, retryable, dom } = errorTable[error.code];
  const detail = error.detail === undefined ? {} : { detail: error.detail };
  return createJSONRPCErrorResponse(id, number, error.message, {
    code: error.code,
    hint,
    retryable,
    dom,
    ...detail,
    ...error.facts,
  });
}

/** The reply that refuses a message before it became a request. */
export function refusal(id: JSONRPCID, code: ErrorCode, detail?: string): Reply {
  return { value: errorResponse(id, new SidecarError(code, detail)), attachments: [], secrets: [] };
}

export function sendReply(connection: Connection, reply: Reply): void {
  connection.send(reply);
  releaseAfterwards(connection, reply.secrets, reply.attachments);
}

export function sendBatchReply(connection: Connection, replies: readonly Reply[]): void {
  connection.sendBatch(replies);
  releaseAfterwards(
    connection,
    replies.flatMap(({ secrets }) => secrets),
    replies.flatMap(({ attachments }) => attachments),
  );
}

/** Secrets are wiped and the memory of bodies returned once the system has them, or never will. */
function releaseAfterwards(
  connection: Connection,
  secrets: readonly Secret[],
  attachments: readonly Uint8Array[],
): void {
  if (secrets.length === 0 && attachments.length === 0) return;
  const release = () => {
    for (const secret of secrets) secret.dispose();
    for (const attachment of attachments) returnMemory(attachment);
  };
  connection.whenFlushed().then(release, release);
}
