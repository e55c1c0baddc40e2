import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** Where a sidecar answers REST. */
export type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** An object becomes JSON, bytes are `application/octet-stream`. */
  readonly body?: object | Buffer | string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** Undefined for anything but JSON. */
  readonly json: Record<string, unknown> | undefined;
}

/** HTTP as Node speaks it, over one connection that is kept. */
export class HttpClient {
  readonly #place: Place;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(place: Place, headers: Readonly<Record<string, string>> = {}) {
    this.#place = place;
    this.#headers = headers;
  }

  /** Of an address that `ferrohsm serve` announces. */
  static at(address: string, token?: string): HttpClient {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    if (!address.startsWith('http')) return new HttpClient({ socketPath: address }, headers);
    const { hostname, port } = new URL(address);
    return new HttpClient({ host: hostname, port: Number(port) }, headers);
  }

  async ask(method: string, path: string, { headers = {}, body }: HttpRequest = {}): Promise<HttpResponse> {
    const type = Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json';
    const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : body && JSON.stringify(body);
    const framing = sent === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(sent) };
    const call = request({
      ...this.#place,
      agent: this.#agent,
      method,
      path,
      headers: { ...framing, ...this.#headers, ...headers },
    });
    call.end(sent);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    const bytes = Buffer.concat(await response.toArray());
    const text = bytes.toString('utf8');
    const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes,
      text,
      json: isJson ? (JSON.parse(text) as Record<string, unknown>) : undefined,
    };
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    return this.ask('GET', path, { headers });
  }

  post(
    path: string,
    body?: HttpRequest['body'],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    return this.ask('POST', path, { headers, body });
  }

  close(): void {
    this.#agent.destroy();
  }
}
