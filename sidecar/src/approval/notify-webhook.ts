import { SidecarError } from '../errors.ts';
import type { Deliver } from './notifier.ts';

export interface WebhookHook {
  /** https, or http to this host. */
  readonly url: string;
  /** How long an answer may take, 10 s unless told. */
  readonly timeoutMs?: number;
}

export interface WebhookSigning {
  /** Ed25519 signature of the bytes. */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const defaultTimeoutMs = 10_000;
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Posts the event with an asymmetric signature as Standard Webhooks 1.0.0 has it: `v1a,` and the signature of
 * `id.timestamp.body`.
 *
 * @throws SidecarError `config_invalid` for a URL that is not https and leaves this host
 */
export function webhookDelivery(hook: WebhookHook, { sign, now }: WebhookSigning): Deliver {
  const url = requireUrl(hook.url);
  const { timeoutMs = defaultTimeoutMs } = hook;
  return async ({ id, event, signal }) => {
    const body = JSON.stringify({
      type: `approval.${event.kind}`,
      timestamp: new Date(event.time).toISOString(),
      data: event,
    });
    const timestamp = String(Math.floor(now() / 1000));
    const signature = await sign(Buffer.from(`${id}.${timestamp}.${body}`));
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1a,${Buffer.from(signature).toString('base64')}`,
      },
      body,
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
  };
}

function requireUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.has(url.hostname));
  if (url === undefined || !isSafe) throw new SidecarError('config_invalid', 'a webhook needs an https URL');
  return url;
}
