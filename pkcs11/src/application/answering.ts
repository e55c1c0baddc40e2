import { FerroHsmError } from '@ferrohsm/sdk';
import { CKR } from '../codec/constants/return-values.ts';
import type { Frame } from '../codec/frame.ts';
import { decodeRequest, type Request, type Response, refusalFrame, responseFrame } from '../codec/messages.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { returnValues } from '../generated/return-values.ts';
import { handlers } from '../handlers/handlers.ts';
import { releaseBytes } from '../released-bytes.ts';
import type { Application } from './application.ts';

/** Told of what no application should be able to cause, and of refusals, for the operator's log. */
export interface AnsweringHearers {
  onUnexpected(error: unknown): void;
}

/** A request, and the code of the frame that it came in. */
export interface ReceivedRequest {
  readonly code: number;
  readonly request: Request;
}

/**
 * Answers a request with the frame of a response, or of what it is refused with: at once where its handler waits for
 * nothing. Never throws.
 */
export function answer(
  { code, request }: ReceivedRequest,
  application: Application,
  hearers: AnsweringHearers,
): Buffer | Promise<Buffer> {
  const responded = (results: unknown) => {
    const frame = responseFrame(code, { call: request.call, results } as Response, application.version);
    releaseOutput(results as object);
    return frame;
  };
  const refused = (error: unknown) => refusalFrame(code, returnValueOf(error, hearers));
  try {
    const results = handled(request, application);
    return results instanceof Promise ? results.then(responded).catch(refused) : responded(results);
  } catch (error) {
    return refused(error);
  }
}

/** Handlers give away what they put out: the frame has a copy. */
function releaseOutput(results: object): void {
  for (const value of Object.values(results)) if (Buffer.isBuffer(value)) releaseBytes(value);
}

/** @throws CryptokiRefusal for what is no request */
export function readRequest({ body }: Frame, { version }: Pick<Application, 'version'>): Request {
  return decodeRequest(body, version);
}

function handled({ call, arguments: given }: Request, application: Application): unknown {
  // The table has a handler of the very call.
  const handle = handlers[call] as (given: unknown, application: Application) => unknown;
  return handle(given, application);
}

export function returnValueOf(error: unknown, hearers: AnsweringHearers): number {
  if (error instanceof CryptokiRefusal) return error.returnValue;
  if (error instanceof FerroHsmError) return returnValues[error.code] ?? CKR.GENERAL_ERROR;
  hearers.onUnexpected(error);
  return CKR.GENERAL_ERROR;
}
