import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Event } from '../generated/types.ts';
import { createNotifier, type Deliver, type NotifierOptions } from './notifier.ts';
import { commandDelivery } from './notify-command.ts';
import { webhookDelivery } from './notify-webhook.ts';

const event: Event = { id: 7, time: Date.UTC(2026, 10, 24), kind: 'requested', subject: 'alice' };
const signal = new AbortController().signal;

function testNotifier(deliver: Deliver, change: Partial<NotifierOptions> = {}) {
  const errors: unknown[] = [];
  const options = { retryDelaysMs: [1, 1], newId: () => 'evt_1', onError: (error: unknown) => errors.push(error) };
  const notifier = createNotifier({ hooks: [{ name: 'hook', deliver }], ...options, ...change });
  return { notifier, errors };
}

describe('a notifier', () => {
  test('tries again under the same id, tells each failure, and gives up in the end', async () => {
    const ids: string[] = [];
    const done = Promise.withResolvers<void>();
    const { notifier, errors } = testNotifier(async ({ id }) => {
      ids.push(id);
      if (ids.length === 3) done.resolve();
      throw new Error('no');
    });
    notifier.notify(event);
    await done.promise;
    await notifier.close();
    expect(ids).toEqual(['evt_1', 'evt_1', 'evt_1']);
    expect(errors.length).toBeGreaterThanOrEqual(2);
  });

  test('keeps so many events for a slow hook and runs so many at once', async () => {
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    const delivered: number[] = [];
    const all = Promise.withResolvers<void>();
    const deliver: Deliver = async ({ event: { id } }) => {
      most = Math.max(most, ++running);
      await gate.promise;
      running -= 1;
      delivered.push(id);
      if (delivered.length === 5) all.resolve();
    };
    const { notifier, errors } = testNotifier(deliver, { concurrency: 2, maxQueued: 3 });
    for (let id = 1; id <= 8; id++) notifier.notify({ ...event, id });
    gate.resolve();
    await all.promise;
    expect(most).toBe(2);
    expect(delivered).toEqual([1, 2, 3, 4, 5]);
    expect(errors).toHaveLength(3);
    await notifier.close();
  });
});

describe('a command', () => {
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'ferrohsm-hook-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    return path;
  };

  test('gets the event on its standard input, its arguments as they are, and no environment', async () => {
    const file = join(folder(), 'out; touch evil');
    const script =
      'process.stdin.pipe(fs.createWriteStream(process.argv[1])).on("finish", () => {' +
      ' fs.appendFileSync(process.argv[1], Object.keys(process.env).join()) })';
    await commandDelivery({ command: [process.execPath, '-e', script, file] })({ id: 'evt_1', event, signal });
    const [line = '', names] = readFileSync(file, 'utf8').split('\n');
    expect(JSON.parse(line)).toEqual(event);
    expect(names).toBe('PATH');
  });

  test.each([
    ['ends with an error', ['false']],
    ['is not there', ['/nowhere/hook']],
    ['does not end', [process.execPath, '-e', 'setInterval(() => {}, 1000)']],
  ])('that %s is a failure', async (_, command) => {
    const run = commandDelivery({ command, timeoutMs: 300 })({ id: 'evt_1', event, signal });
    await expect(run).rejects.toThrow();
  });
});

describe('a webhook', () => {
  interface Posted {
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }

  async function receiver(status: number) {
    const posted: Posted[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      posted.push({ headers: request.headers, body });
      response.writeHead(status, { location: '/elsewhere' }).end('ignored');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { posted, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
  }

  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signing = { sign: async (bytes: Uint8Array) => sign(null, bytes, privateKey), now: () => event.time };

  test('gets what Standard Webhooks says, signed', async () => {
    const { posted, url } = await receiver(204);
    await webhookDelivery({ url }, signing)({ id: 'evt_1', event, signal });
    const { headers, body } = posted[0] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toEqual({
      type: 'approval.requested',
      timestamp: '2026-11-24T00:00:00.000Z',
      data: event,
    });
    expect(headers).toMatchObject({ 'webhook-id': 'evt_1', 'webhook-timestamp': String(event.time / 1000) });
    const [version, signature = ''] = String(headers['webhook-signature']).split(',');
    expect(version).toBe('v1a');
    const signed = Buffer.from(`evt_1.${event.time / 1000}.${body}`);
    expect(verify(null, signed, publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  });

  test.each([500, 404, 302])('that answers %i is a failure and is not followed', async (status) => {
    const { posted, url } = await receiver(status);
    await expect(webhookDelivery({ url }, signing)({ id: 'evt_1', event, signal })).rejects.toThrow();
    expect(posted).toHaveLength(1);
  });

  test.each(['http://hooks.example/', 'ftp://127.0.0.1/', 'nonsense'])('at %s is refused', (url) => {
    expect(() => webhookDelivery({ url }, signing)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});
