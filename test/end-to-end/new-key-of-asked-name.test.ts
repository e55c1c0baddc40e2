import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

// A name without a key has no labels that could forbid anything.
const policy = `
  @id("hello") permit (principal, action == Action::"system.hello", resource);
  @id("maker") permit (principal == Principal::"maker", action == Action::"keys.create", resource);
  @id("mover") permit (principal == Principal::"mover", action == Action::"keys.rename", resource)
    unless { resource.hasTag("fixed") };`;

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare(folders) {
    writeConfig(folders, 'principals.json', principalsFile({ maker: [], mover: [] }));
    writeConfig(folders, 'policy.cedar', policy);
  },
});
const clients: WebSocketClient[] = [];

beforeAll(async () => {
  for (const id of ['maker', 'mover']) {
    clients.push(await WebSocketClient.open(sidecar.process.url as string, tokenOf(id)));
  }
});
afterAll(() => {
  for (const client of clients) client.close();
});

test('what was decided about a name without a key does not count for a key that comes to have it', async () => {
  const [maker, mover] = clients as [WebSocketClient, WebSocketClient];
  const codes = new Map<string, number>();
  for (let round = 0; round < 100; round++) {
    const names = Array.from({ length: 4 }, (_, index) => `raced/${round}-${index}`);
    const making = names.map((name) =>
      maker.call('keys.create', {
        ...{ name, algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'], labels: { fixed: 'yes' } },
        requestId: randomUUID(),
      }),
    );
    const moving = names.map((name) =>
      mover.call('keys.rename', { name, newName: `${name}-moved`, requestId: randomUUID() }),
    );
    for (const { error } of await Promise.all(making)) expect(error).toBeUndefined();
    for (const { error } of await Promise.all(moving)) {
      const code = error?.data.code ?? 'ok';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  expect(codes.get('ok'), JSON.stringify([...codes])).toBeUndefined();
  expect(codes.get('not_found')).toBe(400);
});
