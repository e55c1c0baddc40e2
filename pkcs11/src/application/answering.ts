import { FerroHsmError } from '@ferrohsm/sdk';
import { CKR } from '../codec/constants/return-values.ts';
import type { Frame } from '../codec/frame.ts';
import { decodeRequest, encodeRefusal, encodeResponse, type Request, type Response } from '../codec/messages.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { returnValues } from '../generated/return-values.ts';
import { handlers } from '../handlers/handlers.ts';
import type { Application } from './application.ts';

/** Told of what no application should be able to cause, and of refusals, for the operator's log. */
export interface AnsweringHearers {
  onUnexpected(error: unknown): void;
}

/** Answers a request with a response or with what it is refused with; never throws. */
export async function answer(request: Request, application: Application, hearers: AnsweringHearers): Promise<Buffer> {
  try {
    return encodeResponse(await handled(request, application), application.version);
  } catch (error) {
    return encodeRefusal(returnValueOf(error, hearers));
  }
}

/** @throws CryptokiRefusal for what is no request */
export function readRequest({ body }: Frame, { version }: Pick<Application, 'version'>): Request {
  return decodeRequest(body, version);
}

async function handled(request: Request, application: Application): Promise<Response> {
  // The table has a handler of the very call.
  const handle = handlers[request.call] as (given: unknown, application: Application) => unknown;
  return { call: request.call, results: await handle(request.arguments, application) } as Response;
}

export function returnValueOf(error: unknown, hearers: AnsweringHearers): number {
  if (error instanceof CryptokiRefusal) return error.returnValue;
  if (error instanceof FerroHsmError) return returnValues[error.code] ?? CKR.GENERAL_ERROR;
  hearers.onUnexpected(error);
  return CKR.GENERAL_ERROR;
}
