import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Connection, defaultLimits, type InboundFrame } from './connection.ts';
import type { Listener } from './listener.ts';
import { echo, echoing, RawClient, temporaryFolder } from './test-peer.ts';
import { listenUnix } from './unix-socket.ts';
import { listenWebSocket } from './websocket.ts';

const outboundBytes = 1 << 20;
const limits = { ...defaultLimits, outboundBytes };
const answerBytes = 100_000;

let place: ReturnType<typeof temporaryFolder>;
let listener: Listener | undefined;
const clients: { destroy(): void }[] = [];

beforeEach(() => {
  place = temporaryFolder();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await listener?.close();
  listener = undefined;
  place.remove();
});

/** Bytes that were handed to the connection. */
function amplifying() {
  const state = { answered: 0 };
  return {
    state,
    ...echoing((frame: InboundFrame, connection: Connection) => {
      const isFirst = state.answered === 0;
      state.answered += isFirst ? 1 : answerBytes;
      if (isFirst) echo(frame, connection);
      else connection.send({ value: { id: 1 }, attachments: [Buffer.alloc(answerBytes)] });
    }),
  };
}

async function startUnix() {
  const path = join(place.folder, 'test.sock');
  const server = amplifying();
  listener = await listenUnix({ name: 'main', path }, server.accept, { limits });
  return { ...server, path };
}

async function startWebSocket(accept = echoing().accept) {
  const address = { host: '127.0.0.1', port: 0, allowedOrigins: [], allowedHosts: [] };
  listener = await listenWebSocket(address, accept, { limits });
  return listener.address;
}

describe('a peer that never reads', () => {
  it('is given up on a Unix socket when twice the bytes wait for it', async () => {
    const { path, accepted, state } = await startUnix();
    const raw = new RawClient(path);
    clients.push(raw.socket);
    raw.socket.write('{"hello":1}\n');
    await raw.lines(1);
    raw.socket.pause();
    // All in one chunk of the socket: nothing can be left unread.
    raw.socket.write('{"a":1}\n'.repeat(1000));
    await accepted[0]?.closed;
    expect(state.answered).toBeGreaterThan(2 * outboundBytes);
  });

  it('is given up on a WebSocket when twice the bytes wait for it', async () => {
    const { accept, accepted, state } = amplifying();
    const client = new WebSocket(await startWebSocket(accept));
    clients.push({ destroy: () => client.terminate() });
    client.on('error', () => undefined);
    await new Promise((resolve) => client.once('open', resolve));
    client.send('{"hello":1}');
    await new Promise((resolve) => client.once('message', resolve));
    client.pause();
    for (let index = 0; index < 1000; index += 1) client.send('{"a":1}');
    await accepted[0]?.closed;
    expect(state.answered).toBeGreaterThan(2 * outboundBytes);
  });

  it('one that reads gets more than that', async () => {
    const { path, state } = await startUnix();
    const raw = new RawClient(path);
    clients.push(raw.socket);
    raw.socket.write('{"hello":1}\n');
    await raw.lines(1);
    const requests = 100;
    for (let sent = 1; sent <= requests; sent += 1) {
      raw.socket.write('{"a":1}\n');
      await raw.until(() => raw.receivedBytes > sent * answerBytes);
    }
    expect(state.answered).toBeGreaterThan(8 * outboundBytes);
  });

  it('does not pile up answers to its pings', async () => {
    const { accept, accepted } = echoing();
    const { port } = new URL(await startWebSocket(accept));
    const client = connect(Number(port), '127.0.0.1');
    clients.push(client);
    const upgraded = new Promise((resolve) => client.once('data', resolve));
    client.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await upgraded;
    client.write(maskedFrame(0x1, Buffer.from('{"hello":1}')));
    await new Promise((resolve) => client.once('data', resolve));
    client.pause();
    const heapBefore = liveBytes();
    const ping = maskedFrame(0x9, Buffer.alloc(125));
    const burst = Buffer.concat(Array.from({ length: 8192 }, () => ping));
    // 64 MiB of pings, of which each would have had an answer of nearly its size.
    for (let round = 0; round < 60; round += 1) await new Promise((resolve) => client.write(burst, resolve));
    client.write(maskedFrame(0x1, Buffer.from('{"last":1}')));
    while (accepted[0]?.frames.length !== 2) await new Promise((resolve) => setImmediate(resolve));
    expect(liveBytes() - heapBefore).toBeLessThan(24 << 20);
  });
});

function liveBytes(): number {
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A frame of a client, with a mask of zeros (RFC 6455 section 5.2). */
function maskedFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
