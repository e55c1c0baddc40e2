import { once } from 'node:events';
import { createConnection } from 'node:net';

/** Strangers at a socket: `node flood.ts SOCKET COUNT` asks so often and prints how often it was. */

/** Connections at once. */
const lanes = 16;
/** Connections that bring one bad token each; the others bring a batch of them. */
const singleConnections = 10_000;
const batchSize = 64;

const [socket = '', count = '0'] = process.argv.slice(2);
const wanted = Number(count);
const hello = { jsonrpc: '2.0', id: 1, method: 'system.hello', params: { protocol: 1, token: 'x'.repeat(43) } };
const single = `${JSON.stringify(hello)}\n`;
const batch = `${JSON.stringify(Array.from({ length: batchSize }, (_, id) => ({ ...hello, id })))}\n`;

let connections = 0;
let asked = 0;

async function lane(): Promise<void> {
  while (asked < wanted) {
    const isSingle = connections < singleConnections;
    connections += 1;
    asked += isSingle ? 1 : batchSize;
    await strangerAt(isSingle ? single : batch);
  }
}

/** Comes with a bad token until it is sent away. */
async function strangerAt(bytes: string): Promise<void> {
  const stranger = createConnection(socket);
  stranger.on('error', () => undefined);
  stranger.resume().write(bytes);
  await once(stranger, 'close');
}

await Promise.all(Array.from({ length: lanes }, lane));
console.log(asked);
