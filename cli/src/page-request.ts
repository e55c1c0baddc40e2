import { type IncomingMessage, request } from 'node:http';
import { CliError, systemCode } from './errors.ts';

/** A probe that waits longer than its caller tells nothing. */
const timeoutMs = 3_000;
const answerBytesMax = 64 << 10;

/** Where a page of health or metrics is. */
export type PagePlace = ({ readonly host: string; readonly port: number } | { readonly socketPath: string }) & {
  readonly path: string;
};

/**
 * Asks a sidecar for a page of health or metrics.
 *
 * @throws CliError 69 without an answer
 */
export async function askPage(place: PagePlace): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request({ ...place, timeout: timeoutMs, signal: AbortSignal.timeout(timeoutMs) }, resolve);
  asked.on('error', reject).end();
  try {
    const response = await promise;
    return { status: response.statusCode, body: await textOf(response) };
  } catch (cause) {
    const reason = systemCode(cause) ?? 'no answer';
    throw new CliError(69, `the sidecar tells nothing there: ${reason}`, 'does it run with --metrics-socket?', {
      cause,
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.length > answerBytesMax) throw new Error('that is no answer of a sidecar');
  }
  return text;
}
