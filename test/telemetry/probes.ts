import { request } from 'node:http';
import { ParsedMetrics } from '../../sidecar/src/metrics/test-parsed-metrics.ts';

export interface ProbeAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Asks for a page of the socket of `--metrics-socket`. */
export function probe(socketPath: string, path: string, accept = '*/*'): Promise<ProbeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ProbeAnswer>();
  request({ socketPath, path, headers: { accept } }, async (response) => {
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'], body });
  })
    .on('error', reject)
    .end();
  return promise;
}

/** Status and body of `/readyz`. */
export async function readiness(socketPath: string): Promise<object> {
  const { status, body } = await probe(socketPath, '/readyz');
  return { status, ...(JSON.parse(body) as object) };
}

export async function metrics(socketPath: string): Promise<ParsedMetrics> {
  return new ParsedMetrics((await probe(socketPath, '/metrics')).body);
}
