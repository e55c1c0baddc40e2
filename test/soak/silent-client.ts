import { WireClient } from '../wire/wire-client.ts';

/** Answers that are asked for and not read: some 20 MB, far more than the system's buffers take. */
const requests = 1000;
const answerBytes = 16_384;

/** A client that asks for much and reads nothing, until it ends. */
export async function openSilentClient(socket: string): Promise<WireClient> {
  const client = await WireClient.greeted(socket);
  client.socket.pause();
  for (let id = 0; id < requests; id += 1) {
    client.send({ jsonrpc: '2.0', id, method: 'system.random', params: { length: answerBytes } });
  }
  return client;
}
