import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectionLimits, defaultLimits } from './connection.ts';
import type { Listener } from './listener.ts';
import { echo, echoing, RawClient, shortLimits, temporaryFolder } from './test-peer.ts';
import { listenUnix, type UnixListenOptions } from './unix-socket.ts';

let place: ReturnType<typeof temporaryFolder>;
let path: string;
let listener: Listener | undefined;
const clients: RawClient[] = [];

beforeEach(() => {
  place = temporaryFolder();
  path = join(place.folder, 'test.sock');
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await listener?.close();
  listener = undefined;
  place.remove();
});

async function start(options: UnixListenOptions, answer = echo) {
  const { accept, accepted } = echoing(answer);
  listener = await listenUnix({ name: 'main', path }, accept, options);
  return accepted;
}

function client(): RawClient {
  const made = new RawClient(path);
  clients.push(made);
  return made;
}

const hello = '{"hello":1}\n';
const helloReply = '{"echo":{"hello":1}}';

describe('messages', () => {
  it('a batch with attachments comes back, cut at every byte', async () => {
    await start({ limits: shortLimits });
    const bytes = Buffer.from(
      `${hello}[{"a":1,"attachments":[3,2]},{"b":2},{"c":3,"attachments":[1]}]\nabcdeX{"d":4}\r\n`,
    );
    const expected = `${helloReply}\n[{"echo":{"a":1},"attachments":[2,3]},{"echo":{"b":2}},{"echo":{"c":3},"attachments":[1]}]\ndeabcX{"echo":{"d":4}}\n`;
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const raw = client();
      await new Promise((resolve) => raw.socket.write(bytes.subarray(0, cut), resolve));
      // The server has read the first part when the loop comes round after its answer, or has none to give.
      if (cut >= hello.length) await raw.lines(1);
      raw.socket.end(bytes.subarray(cut));
      expect((await raw.ended).toString()).toBe(expected);
    }
  });

  it('a python client of the standard library is understood', async () => {
    await start({});
    const program = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); f = s.makefile('rwb')
f.write(json.dumps({"hello": 1}).encode() + b"\\n")
body = bytes(range(256)) * 300
f.write(json.dumps({"id": 1, "name": "caf\\u00e9 \\U0001f511", "attachments": [len(body), 2]}).encode() + b"\\n" + body + b"ab"); f.flush()
assert json.loads(f.readline()) == {"echo": {"hello": 1}}
reply = json.loads(f.readline())
assert reply == {"echo": {"id": 1, "name": "caf\\u00e9 \\U0001f511"}, "attachments": [2, len(body)]}, reply
assert f.read(2) == b"ab" and f.read(len(body)) == body
print("understood")`;
    const { stdout } = await promisify(execFile)('python3', ['-c', program, path]);
    expect(stdout).toBe('understood\n');
  });

  it('a client that ends its side first gets the answers that are still worked on', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    await start(
      { peerCredentials: (socket) => void (socket as Socket).once('end', () => setImmediate(resolve)) },
      async (frame, connection) => {
        await ended;
        echo(frame, connection);
      },
    );
    const raw = client();
    raw.socket.end(`${hello}{"a":1}\n`);
    expect((await raw.ended).toString()).toBe(`${helloReply}\n{"echo":{"a":1}}\n`);
  });

  it('answers of one tick leave in one system call', async () => {
    let writes = 0;
    await start(
      { peerCredentials: (socket) => countWrites(socket as Socket, () => (writes += 1)) },
      async (frame, connection) => {
        // As the JSON-RPC library does it, each answer comes some microtasks after its request, not all the same.
        const hops = frame.kind === 'message' ? frame.message.attachments.length * 9 : 0;
        for (let hop = 0; hop < hops; hop += 1) await undefined;
        echo(frame, connection);
      },
    );
    const raw = client();
    raw.socket.write(hello);
    await raw.lines(1);
    writes = 0;
    raw.socket.write(`${'{"a":1}\n'.repeat(64)}{"attachments":[4,1]}\nabcde{"b":1}\n`);
    await raw.until(() => raw.received.toString().endsWith('eabcd'));
    expect(raw.received.toString()).toContain('{"b":1}');
    expect(writes).toBe(1);
  });
});

/** Counts the calls that lead to `write` or `writev`; the socket's handle is the only place that sees them. */
function countWrites(socket: Socket, count: () => void): undefined {
  const { _handle: handle } = socket as unknown as { _handle: Record<string, (...rest: unknown[]) => unknown> };
  for (const name of ['writev', 'writeBuffer', 'writeUtf8String', 'writeLatin1String', 'writeAsciiString']) {
    const write = handle[name]?.bind(handle);
    if (write === undefined) throw new Error(`the handle has no ${name}`);
    handle[name] = (...rest) => {
      count();
      return write(...rest);
    };
  }
}

describe('peers that misbehave', () => {
  it('garbage is answered, and the connection goes on', async () => {
    await start({ limits: shortLimits });
    const raw = client();
    raw.socket.write(`${hello}\x00\xff\n{"a":1,"a":2}\n{"__proto__":{}}\n{"ok":1}\n`);
    expect(await raw.lines(5)).toEqual([
      helloReply,
      ...Array.from({ length: 3 }, () => '{"refused":"parse_error"}'),
      '{"echo":{"ok":1}}',
    ]);
  });

  it.each([
    ['too deep', '['.repeat(100), 'message_too_big'],
    ['too long', 'x'.repeat(1_000_000), 'message_too_big'],
    ['a bad attachment list', '{"attachments":[-1]}', 'invalid_request'],
    ['too many attachments', '{"attachments":[1,1,1,1,1]}', 'message_too_big'],
  ])('%s: answered and closed, what follows is not read', async (_, line, code) => {
    const [accepted, raw] = [await start({ limits: shortLimits }), client()];
    raw.socket.write(`${hello}${line}\n${'{"smuggled":1}\n'.repeat(1000)}`);
    expect((await raw.ended).toString()).toBe(`${helloReply}\n{"refused":"${code}"}\n`);
    await accepted[0]?.closed;
    expect(accepted[0]?.frames).toHaveLength(2);
  });

  it('open requests are answered before a broken connection closes', async () => {
    const held: (() => void)[] = [];
    const accepted = await start({}, (frame, connection) => {
      if (frame.kind === 'message') held.push(() => echo(frame, connection));
      else echo(frame, connection);
    });
    const raw = client();
    raw.socket.write(`${hello}{"attachments":[-1]}\n`);
    expect(await raw.lines(1)).toEqual(['{"refused":"invalid_request"}']);
    for (const answer of held) answer();
    expect((await raw.ended).toString()).toBe(`{"refused":"invalid_request"}\n${helloReply}\n`);
    await accepted[0]?.closed;
  });

  it.each<[string, string, Partial<ConnectionLimits>]>([
    ['nothing', '', { helloTimeoutMs: 30 }],
    ['half of the first message', '{"hel', { helloTimeoutMs: 30 }],
    ['half a line', `${hello}{"a`, { messageTimeoutMs: 30 }],
    ['half an attachment', `${hello}{"attachments":[3]}\nab`, { messageTimeoutMs: 30 }],
  ])('%s: the connection is closed', async (_, bytes, limits) => {
    const accepted = await start({ limits: { ...defaultLimits, ...limits } });
    const raw = client();
    raw.socket.write(bytes);
    await raw.ended;
    await accepted[0]?.closed;
    expect(accepted[0]?.frames).toHaveLength(bytes.startsWith(hello) ? 1 : 0);
  });

  it('bytes that trickle in do not extend the time of a message', async () => {
    await start({ limits: { ...defaultLimits, messageTimeoutMs: 60 } });
    const raw = client();
    raw.socket.write(`${hello}"`);
    const trickle = setInterval(() => raw.socket.write('x'), 5);
    await raw.ended;
    clearInterval(trickle);
    expect(raw.received.toString()).toBe(`${helloReply}\n`);
  });

  it('a connection that is idle between messages stays open', async () => {
    await start({ limits: { ...defaultLimits, messageTimeoutMs: 20, helloTimeoutMs: 20 } });
    const [idle, half] = [client(), client()];
    idle.socket.write(hello);
    half.socket.write(`${hello}{`);
    await idle.lines(1);
    // Outlived by the connection whose clock runs twice as long.
    await half.ended;
    idle.socket.write('{"a":1}\n');
    expect(await idle.lines(2)).toEqual([helloReply, '{"echo":{"a":1}}']);
  });

  it('a client that does not read is not read', async () => {
    const limits = { ...defaultLimits, outboundBytes: 1 << 20 };
    const accepted = await start({ limits });
    const raw = client();
    raw.socket.write(hello);
    await raw.lines(1);
    raw.socket.pause();
    const request = Buffer.from(`{"body":"${'x'.repeat(100_000)}"}\n`);
    // Unsent requests pile up on the client's side only when the server has stopped reading.
    let sent = 0;
    while (raw.socket.writableLength < 8 << 20) {
      raw.socket.write(request);
      sent += 1;
      if (sent % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const answered = accepted[0]?.frames.length ?? 0;
    expect(answered).toBeLessThan(sent);
    raw.socket.resume();
    // Each answer has 9 bytes more than its request, `{"echo":}`.
    await raw.until(() => raw.receivedBytes === helloReply.length + 1 + sent * (request.length + 9));
    expect(accepted[0]?.frames).toHaveLength(sent + 1);
  });

  it('a client that holds too much memory with open requests is not read', async () => {
    const held: (() => void)[] = [];
    const accepted = await start({ limits: { ...shortLimits, inFlight: 1000 } }, (frame, connection) => {
      held.push(() => echo(frame, connection));
    });
    const raw = client();
    const body = Buffer.alloc(4000, 'x').toString();
    raw.socket.write(hello);
    for (let index = 0; index < 500; index += 1) raw.socket.write(`{"attachments":[4000]}\n${body}`);
    let answered = 0;
    let most = 0;
    while (answered < 501) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, held.length);
      for (const answer of held.splice(0)) {
        answer();
        answered += 1;
      }
    }
    // The limit and the rest of one chunk of the socket.
    expect(most).toBeLessThan(40);
    await raw.until(() => raw.receivedBytes > 500 * 4000);
    expect(accepted[0]?.frames).toHaveLength(501);
  });
});

describe('a connection', () => {
  it('knows its peer', async () => {
    const accepted = await start({ peerCredentials: () => ({ uid: 1, gid: 2, pid: 3 }) });
    const raw = client();
    raw.socket.write(hello);
    await raw.lines(1);
    expect(accepted[0]?.connection.peer).toEqual({ transport: 'unix', socket: 'main', uid: 1, gid: 2, pid: 3 });
  });

  it('is refused beyond the limit, and taken again when there is room', async () => {
    await start({ connections: 1 });
    const first = client();
    first.socket.write(hello);
    await first.lines(1);
    expect((await client().ended).length).toBe(0);
    first.socket.end();
    await first.ended;
    const third = client();
    third.socket.write(hello);
    expect(await third.lines(1)).toEqual([helloReply]);
  });

  it('says when everything has left, and that it was lost when the peer is gone', async () => {
    const outcome = Promise.withResolvers<string>();
    const accepted = await start({}, (frame, connection) => {
      echo(frame, connection);
      connection.whenFlushed().then(
        () => outcome.resolve('flushed'),
        () => outcome.reject(new Error('lost')),
      );
    });
    const raw = client();
    raw.socket.write(hello);
    await raw.lines(1);
    expect(await outcome.promise).toBe('flushed');
    raw.socket.destroy();
    const [only] = accepted;
    await only?.closed;
    await expect(only?.connection.whenFlushed()).resolves.toBeUndefined();
    only?.connection.send({ value: { late: 1 }, attachments: [] });
    await expect(only?.connection.whenFlushed()).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('closed by the handler, sends what was sent before', async () => {
    const accepted = await start({}, (frame, connection) => {
      echo(frame, connection);
      connection.close();
    });
    const raw = client();
    raw.socket.write(`${hello}{"never":"read"}\n`);
    expect((await raw.ended).toString()).toBe(`${helloReply}\n`);
    await accepted[0]?.closed;
    expect(accepted[0]?.frames).toHaveLength(1);
  });

  it('is given up when the peer does not close its side', async () => {
    const hour = 3_600_000;
    const accepted = await start({ limits: { ...defaultLimits, messageTimeoutMs: hour, helloTimeoutMs: hour } });
    const raw = client();
    raw.socket.allowHalfOpen = true;
    raw.socket.write(`${hello}{"attachments":[-1]}\n`);
    await new Promise((resolve) => raw.socket.once('end', resolve));
    expect(raw.socket.writable).toBe(true);
    await accepted[0]?.closed;
  });

  it('is answered before the listener closes', async () => {
    const held: (() => void)[] = [];
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    await start({}, (frame, connection) => {
      held.push(() => echo(frame, connection));
      resolve();
    });
    const raw = client();
    raw.socket.write(hello);
    await asked;
    const closed = listener?.close();
    for (const answer of held) answer();
    expect((await raw.ended).toString()).toBe(`${helloReply}\n`);
    await closed;
    listener = undefined;
  });
});
