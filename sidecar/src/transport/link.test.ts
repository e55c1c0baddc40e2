import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listenLink } from './link.ts';
import type { Listener, RefusedConnection } from './listener.ts';
import { echoing, RawClient, temporaryFolder } from './test-peer.ts';
import type { PeerCredentialReader } from './unix-socket.ts';

const own = process.geteuid?.() ?? 0;
let folder: string;
let remove: () => void;
let listener: Listener | undefined;

beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
});
afterEach(async () => {
  await listener?.close();
  listener = undefined;
  remove();
});

/** What a client gets that says one thing to a link whose peers are told so. */
async function answerOn(peerCredentials: PeerCredentialReader) {
  const { accept, accepted } = echoing();
  const refused: RefusedConnection[] = [];
  const link = join(folder, 'link');
  const onRefused = (one: RefusedConnection) => refused.push(one);
  listener = await listenLink({ link, sockets: ['payments'] }, accept, { peerCredentials, onRefused });
  const client = new RawClient(link);
  client.socket.end('{"said":true}\n');
  const answer = (await client.ended).toString();
  return { answer, refused, peers: accepted.map(({ connection }) => connection.peer), mode: statSync(link).mode };
}

test('a process of the own user is heard, as the front process and with none of its own credentials', async () => {
  const { answer, refused, peers, mode } = await answerOn(() => ({ uid: own, gid: 12, pid: 7 }));
  expect(JSON.parse(answer)).toEqual({ echo: { said: true } });
  expect(peers).toEqual([{ transport: 'link', socket: 'pkcs11-link', sockets: ['payments'] }]);
  expect(refused).toEqual([]);
  expect(mode & 0o777).toBe(0o600);
});

test.each<[string, PeerCredentialReader]>([
  ['of another user', () => ({ uid: own + 1, gid: own, pid: process.pid })],
  ['whose credentials cannot be read', () => undefined],
])('a process %s is not heard', async (_, peerCredentials) => {
  const { answer, refused, peers } = await answerOn(peerCredentials);
  expect([answer, peers]).toEqual(['', []]);
  expect(refused).toEqual([{ transport: 'unix', reason: 'peer', source: 'socket:pkcs11-link' }]);
});

test('where the kernel cannot be asked there is no link', async () => {
  const { accept } = echoing();
  await expect(listenLink({ link: join(folder, 'link'), sockets: ['payments'] }, accept, {})).rejects.toMatchObject({
    code: 'config_invalid',
    detail: 'socket pkcs11-link: peer credentials cannot be read here',
  });
});
