import { createPublicKey, type KeyObject, randomUUID, verify } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
import { WireClient, type WireResponse } from '../wire/wire-client.ts';
import type { Acknowledged } from './acknowledged.ts';

/** A named Ed25519 key, with what checks its signatures here. */
export interface SigningKey {
  readonly handle: string;
  readonly publicKey: KeyObject;
}

interface Request {
  readonly method: string;
  readonly params: object;
  readonly answered: (result: Readonly<Record<string, unknown>>) => void;
}

/** One request in so many makes a key, the others sign. */
const signaturesPerKey = 8;

export async function createSigningKey(socket: string, name: string): Promise<SigningKey> {
  await using hsm = await connect({ socket });
  const { id, publicKey } = await hsm.keys.create({ name, algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  const spki = Buffer.from(await hsm.subtle.exportKey('spki', publicKey));
  return { handle: `${id}/1`, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

/** A client with many requests in flight that writes down each answer it gets. */
export class BusyClient {
  readonly #wire: WireClient;
  readonly #session: string;
  readonly #key: SigningKey;
  readonly #told: Acknowledged;
  readonly #sent = new Map<number, Request>();
  #next = 1;

  private constructor(wire: WireClient, session: string, key: SigningKey, told: Acknowledged) {
    this.#wire = wire;
    this.#session = session;
    this.#key = key;
    this.#told = told;
  }

  static async open(socket: string, key: SigningKey, told: Acknowledged): Promise<BusyClient> {
    const wire = await WireClient.open(socket);
    const { result } = await wire.call('system.hello', { protocol: 1 });
    return new BusyClient(wire, (result as { session: string }).session, key, told);
  }

  /**
   * Keeps `inFlight` requests under way until the connection is gone.
   *
   * @param onAnswer hears the error code of a refused request, undefined for one that was done
   */
  async work(inFlight: number, onAnswer: (refusal: string | undefined) => void): Promise<void> {
    for (let request = 0; request < inFlight; request += 1) this.#send();
    for (;;) {
      const response = await this.#wire.response().catch(() => undefined);
      if (response === undefined) return;
      this.#take(response);
      onAnswer(response.error?.data.code);
      this.#send();
    }
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  #send(): void {
    const id = this.#next++;
    const request = id % signaturesPerKey === 0 ? this.#creation() : this.#signature();
    this.#sent.set(id, request);
    this.#wire.send({ jsonrpc: '2.0', id, method: request.method, params: request.params });
  }

  #take({ id, result }: WireResponse): void {
    const request = this.#sent.get(Number(id));
    if (request === undefined) throw new Error(`an answer to nothing: ${id}`);
    this.#sent.delete(Number(id));
    if (result !== undefined) request.answered(result);
  }

  #creation(): Request {
    const name = `crash/${randomUUID()}`;
    const params = { name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], requestId: randomUUID() };
    return { method: 'keys.create', params, answered: () => this.#told.created(name) };
  }

  #signature(): Request {
    const data = Buffer.from(randomUUID());
    const params = { algorithm: { name: 'Ed25519' }, key: this.#key.handle, data: data.toString('base64url') };
    const answered = ({ signature }: Readonly<Record<string, unknown>>) => {
      const bytes = Buffer.from(String(signature), 'base64url');
      if (!verify(null, data, this.#key.publicKey, bytes)) throw new Error('a signature does not verify');
      this.#told.signed(this.#session);
    };
    return { method: 'subtle.sign', params, answered };
  }
}
