import { errors, type JWTVerifyGetKey } from 'jose';
import { SidecarError } from '../errors.ts';

export interface RemoteKeysOptions {
  /** Reads a key set; throws for what is none. */
  readonly parse: (text: string) => JWTVerifyGetKey;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** Ages in ms at which a set is fetched again: anyway, and at the earliest. */
const maxAgeMs = 600_000;
const cooldownMs = 30_000;
const timeoutMs = 5_000;
const mostBytes = 1 << 20;

/**
 * Keys that an issuer publishes. They are fetched when they are first needed, when they are old, and when a token names
 * a key that is not among them; however often that is asked for, only once in 30 seconds. Keys that are older than ten
 * minutes and cannot be renewed are not used any more.
 */
export function createRemoteKeys(url: URL, { parse, now, onError }: RemoteKeysOptions): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  async function load(): Promise<void> {
    triedAt = now();
    try {
      keys = parse(await download(url));
      fetchedAt = triedAt;
    } catch (error) {
      onError(error);
    } finally {
      underWay = undefined;
    }
  }

  /** Waits for what is on its way; starts nothing during the cooldown. */
  function renew(): Promise<void> | undefined {
    if (underWay === undefined && now() - triedAt >= cooldownMs) underWay = load();
    return underWay;
  }

  return async (header, token) => {
    if (now() - fetchedAt >= maxAgeMs) await renew();
    const known = keys;
    if (known === undefined || now() - fetchedAt >= maxAgeMs) throw new errors.JWKSNoMatchingKey();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await renew();
      if (keys === undefined || keys === known) throw error;
      return await keys(header, token);
    }
  };
}

async function download(url: URL): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // Elsewhere it would neither be checked for https nor be who was trusted.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new SidecarError('operation_failed', `key set of an issuer: HTTP status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > mostBytes) {
      throw new SidecarError('operation_failed', `key set of an issuer: more than ${mostBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
