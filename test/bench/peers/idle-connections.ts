/** Connections that serve one request at a time; as many as there are requests at once. */
export class IdleConnections<C extends { close(): void }> {
  readonly #open: () => Promise<C>;
  readonly #idle: C[] = [];
  readonly #all: C[] = [];

  constructor(open: () => Promise<C>) {
    this.#open = open;
  }

  async use<R>(request: (connection: C) => Promise<R>): Promise<R> {
    const connection = this.#idle.pop() ?? (await this.#another());
    const result = await request(connection);
    this.#idle.push(connection);
    return result;
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  async #another(): Promise<C> {
    const connection = await this.#open();
    this.#all.push(connection);
    return connection;
  }
}
