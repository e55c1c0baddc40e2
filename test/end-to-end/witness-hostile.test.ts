import { execFileSync, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headOf, temporaryFolder } from '../../sidecar/src/audit/test-log.ts';
import { WitnessProcess } from './witness-process.ts';
import { entriesOf, growth, signTree, submission, type TestLog, testLogs, vkeysOf } from './witness-tree.ts';

const [log] = testLogs(1) as [TestLog];
const originHash = hash('sha256', log.origin);
const limitBytes = 64 * 1024;

const witness = new WitnessProcess(vkeysOf(log));
beforeAll(() => witness.start());
afterAll(() => witness.discard());

/** Brings the log to four entries, or cosigns these again. */
async function expectAlive(): Promise<void> {
  const old = (await witness.checkpoint(originHash)).status === 404 ? 0 : 4;
  expect((await witness.submit(growth(log, old, entriesOf(4)))).status).toBe(200);
}

async function openSocket(): Promise<Socket> {
  const { hostname, port } = new URL(witness.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

describe('what is no submission: 400', () => {
  const note = signTree(log, entriesOf(4));
  const hashLine = `${Buffer.alloc(32, 1).toString('base64')}\n`;
  const extended = (lines: string) => note.replace('\n\n', `\n${lines}\n\n`);

  test.each([
    ['nothing', ''],
    ['no empty line', 'old 0\n'],
    ['no checkpoint', 'old 0\n\n'],
    ['no old size', `\n${note}`],
    ['another word', `new 0\n\n${note}`],
    ['a leading zero', submission('00', [], note)],
    ['a sign', submission('-1', [], note)],
    ['a fraction', submission('1.0', [], note)],
    ['two spaces', submission(' 0', [], note)],
    ['a size above all numbers', submission('9'.repeat(30), [], note)],
    ['carriage returns', submission(0, [], note).replaceAll('\n', '\r\n')],
    ['a short hash', `old 1\n${Buffer.alloc(31).toString('base64')}\n\n${note}`],
    ['a hash without padding', `old 1\n${hashLine.replace('=', '')}\n${note}`],
    [
      'a hash in another alphabet',
      `old 1\n${Buffer.alloc(32, 0xff).toString('base64').replaceAll('/', '_')}\n\n${note}`,
    ],
    ['a hash with stray bits', `old 1\n${'A'.repeat(42)}B=\n\n${note}`],
    ['64 hashes', `old 1\n${hashLine.repeat(64)}\n${note}`],
    ['no signature', submission(0, [], note.slice(0, note.indexOf('\n\n') + 2))],
    ['a cut signature line', submission(0, [], note.slice(0, -1))],
    ['a root of another length', submission(0, [], note.replace(/^.{43}=$/m, 'AAAA'))],
    ['a size of another form', submission(0, [], note.replace('\n4\n', '\n04\n'))],
    ['an empty extension line', submission(0, [], extended('one\n\ntwo'))],
    ['a control character', submission(0, [], note.replace('log-0', 'log\u00010'))],
  ])('%s', async (_, body) => {
    expect(await witness.submit(body)).toMatchObject({ status: 400, type: 'text/plain; charset=utf-8' });
  });

  test('bytes that are no text', async () => {
    const body = Buffer.from(submission(0, [], note));
    body[body.indexOf('log-0')] = 0xff;
    expect((await witness.submit(new Uint8Array(body))).status).toBe(400);
    expect((await witness.submit(new Uint8Array(limitBytes).fill(0x41))).status).toBe(400);
    await expectAlive();
  });

  test('63 hashes are read, and are no proof: 422', async () => {
    await expectAlive();
    const proof = Array.from({ length: 63 }, () => Buffer.alloc(32, 1));
    const body = submission(4, proof, signTree(log, entriesOf(9)));
    expect((await witness.submit(body)).status).toBe(422);
  });
});

test('other methods and paths: 405 and 404', async () => {
  const status = async (path: string, method: string) => (await fetch(witness.url + path, { method })).status;
  expect(await status('/add-checkpoint', 'GET')).toBe(405);
  expect(await status(`/${originHash}/checkpoint`, 'POST')).toBe(405);
  for (const path of ['/', '/add-checkpoint/', `/${originHash.toUpperCase()}/checkpoint`, `/${originHash}/../lock`]) {
    expect(await status(path, 'GET')).toBe(404);
  }
});

describe('too much', () => {
  test('a body above 64 KiB: 413, with its length told before and without', async () => {
    const body = new Uint8Array(limitBytes + 1).fill(0x41);
    expect((await witness.submit(body)).status).toBe(413);
    const socket = await openSocket();
    socket.write('POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `4000\r\n${'A'.repeat(0x4000)}\r\n`;
    for (let i = 0; i < 5; i += 1) socket.write(chunk);
    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
    await expectAlive();
  });

  test('requests that stay halves are cut off, and keep nobody from being served', async () => {
    const sockets = await Promise.all(Array.from({ length: 100 }, openSocket));
    for (const [index, socket] of sockets.entries()) {
      socket.on('error', () => undefined);
      socket.write('POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n');
      if (index % 2 === 0) socket.write('Content-Length: 100\r\n\r\nold');
    }
    await expectAlive();
    const ends = await Promise.all(sockets.map((socket) => textOf(socket).catch(() => '')));
    expect(ends.filter((end) => end !== '' && !end.startsWith('HTTP/1.1 408'))).toEqual([]);
    await expectAlive();
  });
});

test('one connection serves many requests, and an orderly stop ends it', async () => {
  const socket = await openSocket();
  const get = `GET /${originHash}/checkpoint HTTP/1.1\r\nHost: w\r\n\r\n`;
  let seen = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    seen += part;
  });
  await expectAlive();
  socket.write(get.repeat(3));
  while (seen.split('200 OK').length < 4) await once(socket, 'data');
  const started = performance.now();
  const closed = once(socket, 'close');
  expect(await witness.stop()).toBe(0);
  await closed;
  expect(performance.now() - started).toBeLessThan(4000);
  await witness.start();
});

describe('state', () => {
  test('outlives an orderly restart', async () => {
    await expectAlive();
    const before = await witness.checkpoint(originHash);
    expect(await witness.stop()).toBe(0);
    await witness.start();
    expect(await witness.checkpoint(originHash)).toEqual(before);
    expect(witness.notices).toMatch(/hsm\.example\/log-0: cosigned up to 4/);
  });

  test('is held by one witness at a time', () => {
    const [program = '', ...words] = witness.words;
    const { status, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });
    expect(stderr).toMatch(/another witness uses/);
    expect(status).toBe(75);
  });

  test('that was altered, or is of another witness, stops the start', async () => {
    await expectAlive();
    await witness.stop();
    const file = join(witness.state, originHash, 'checkpoint');
    const note = readFileSync(file, 'utf8');
    const signatures = note.slice(note.indexOf('\n\n') + 2);
    const other = signTree(log, entriesOf(2));
    const older = other.slice(0, other.indexOf('\n\n') + 2) + signatures;
    for (const wrong of ['', older, note.slice(0, -40), other]) {
      writeFileSync(file, wrong);
      await expect(witness.start()).rejects.toThrow(/does not hold a checkpoint .* that this key cosigned/);
      expect(await witness.ended()).toBe(65);
    }
    writeFileSync(file, note);
    await witness.start();
    expect(headOf((await witness.checkpoint(originHash)).text).size).toBe(4);
  });

  test('that cannot be kept: no cosignature, and the witness stops', async () => {
    await expectAlive();
    rmSync(join(witness.state, originHash), { recursive: true });
    const answer = await witness.submit(growth(log, 4, entriesOf(9)));
    expect(answer).toEqual({ status: 500, type: 'text/plain; charset=utf-8', text: 'the witness failed\n' });
    expect(await witness.ended()).toBe(74);
    expect(witness.notices).toMatch(/a cosigned checkpoint could not be kept/);
  });
});

test('with a certificate it speaks TLS', async () => {
  using folder = temporaryFolder();
  const [certificate, key] = [join(folder.path, 'tls.pem'), join(folder.path, 'tls.key')];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const subject = ['-subj', '/CN=witness.example', '-addext', 'subjectAltName=IP:127.0.0.1', '-out', certificate];
  execFileSync('openssl', ['req', '-x509', ...newKey, ...subject], { stdio: 'ignore' });
  await witness.start('--tls-certificate', certificate, '--tls-key', key);
  expect(witness.url).toMatch(/^https:/);
  const agent = new Agent({ ca: readFileSync(certificate) });
  const call = request(`${witness.url}/add-checkpoint`, { method: 'POST', agent });
  call.end(growth(log, 0, entriesOf(4)));
  const [response] = await once(call, 'response');
  expect(response.statusCode).toBe(200);
  expect((await textOf(response)).split('\n')).toHaveLength(3);
  agent.destroy();
});
