import { WireClient, type WireResponse } from '../wire/wire-client.ts';

/** A greeted connection with as many requests under way as one likes; each gets the answer with its id. */
export class PipelinedClient {
  readonly #wire: WireClient;
  readonly #asked = new Map<number, (response: WireResponse) => void>();
  #lastId = 0;

  private constructor(wire: WireClient) {
    this.#wire = wire;
    void this.#read();
  }

  static async open(socket: string): Promise<PipelinedClient> {
    return new PipelinedClient(await WireClient.greeted(socket));
  }

  /** Never answered when the connection ends before. */
  ask(method: string, params: object): Promise<WireResponse> {
    const id = ++this.#lastId;
    this.#wire.send({ jsonrpc: '2.0', id, method, params });
    return new Promise((resolve) => this.#asked.set(id, resolve));
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  async #read(): Promise<void> {
    for (;;) {
      const response = await this.#wire.response().catch(() => undefined);
      if (response === undefined) return;
      const id = Number(response.id);
      this.#asked.get(id)?.(response);
      this.#asked.delete(id);
    }
  }
}
