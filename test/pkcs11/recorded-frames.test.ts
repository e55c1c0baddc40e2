import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallName, callOf, calls } from '../../pkcs11/src/codec/calls/calls.ts';
import type { Request } from '../../pkcs11/src/codec/messages.ts';
import { initializeHandshake, type ProtocolVersion } from '../../pkcs11/src/codec/protocol-version.ts';
import { tokenPin } from '../bench/peers/pkcs11-token.ts';
import { compileEveryCall, headerOptions } from './every-call.ts';
import { readClient, readServer } from './read-recording.ts';
import { Recorder, type Recording } from './recorder.ts';
import { hasStockClient, ServedToken, stockClient } from './served-token.ts';

const run = promisify(execFile);
const { module } = stockClient;
const login = ['--login', '--pin', tokenPin];
const headers = headerOptions();

/** The calls that a client of a version makes: the newest of each that replaces another. */
function callsOfClient(version: ProtocolVersion): readonly CallName[] {
  const replaced = new Set<CallName>(
    version === 0 ? [] : version === 1 ? ['C_InitToken'] : ['C_InitToken', 'C_DeriveKey'],
  );
  return (Object.keys(calls) as CallName[]).filter(
    (name) => callOf(calls[name].id, version) === name && !replaced.has(name),
  );
}

/** What was made of recordings. */
interface Made {
  readonly version: ProtocolVersion;
  readonly calls: readonly CallName[];
  readonly first: Request | undefined;
}

describe.skipIf(!hasStockClient())('the frames of the stock client and its own server', () => {
  let token: ServedToken;
  let recorder: Recorder;
  const file = (name: string) => join(token.folder, name);

  beforeAll(async () => {
    token = await ServedToken.serve();
    recorder = await Recorder.listen(file('recorded'), token.socketPath);
    await writeFile(file('message'), 'what is signed, hashed and stored');
    await writeFile(file('digest'), Buffer.alloc(32, 7));
  });

  afterAll(async () => {
    await recorder?.[Symbol.asyncDispose]();
    await token?.[Symbol.asyncDispose]();
  });

  /** Runs a program whose PKCS#11 goes through the recorder. @returns what was said meanwhile */
  async function record(program: string, runs: readonly (readonly string[])[]): Promise<readonly Recording[]> {
    const before = recorder.recordings.length;
    const env = { ...process.env, ...stockClient.environment, P11_KIT_SERVER_ADDRESS: `unix:path=${file('recorded')}` };
    for (const options of runs) await run(program, options, { env });
    return recorder.recordings.slice(before);
  }

  /** Checks that the codec makes the same bytes of what it read, on both sides. */
  function checkBytes(recordings: readonly Recording[]): Made {
    const clients = recordings.map((recording) => {
      const client = readClient(recording);
      const server = readServer(recording);
      expect(client.encoded.equals(Buffer.concat(recording.client))).toBe(true);
      expect(server.encoded.equals(Buffer.concat(recording.server))).toBe(true);
      expect(server.messages).toHaveLength(client.messages.length);
      return client;
    });
    const made = new Set(clients.flatMap(({ messages }) => messages.map(({ call }) => call)));
    return { version: clients[0]?.version ?? 0, calls: [...made], first: clients[0]?.messages[0] };
  }

  it('of pkcs11-tool are read and written to the byte', async () => {
    const tool = (...options: string[]) => ['--module', module, ...options];
    const signed = tool(...login, '--sign', '--mechanism', 'ECDSA', '--id', '02', '--input-file', file('digest'));
    const recordings = await record('pkcs11-tool', [
      tool('--show-info'),
      tool('--list-slots'),
      tool('--list-mechanisms'),
      tool(...login, '--keypairgen', '--key-type', 'EC:prime256v1', '--id', '02', '--label', 'signing'),
      tool(...login, '--keygen', '--key-type', 'AES:32', '--id', '03', '--sensitive'),
      tool(...login, '--list-objects'),
      [...signed, '--output-file', file('signature')],
      tool(
        ...login,
        '--verify',
        '--mechanism',
        'ECDSA',
        '--id',
        '02',
        '--input-file',
        file('digest'),
        '--signature-file',
        file('signature'),
      ),
      tool(...login, '--read-object', '--type', 'pubkey', '--id', '02', '--output-file', file('public')),
      tool(
        ...login,
        '--encrypt',
        '--mechanism',
        'AES-ECB',
        '--id',
        '03',
        '--input-file',
        file('digest'),
        '--output-file',
        file('encrypted'),
      ),
      tool(...login, '--write-object', file('message'), '--type', 'data', '--label', 'stored'),
      tool('--hash', '--mechanism', 'SHA256', '--input-file', file('message'), '--output-file', file('hashed')),
      tool('--generate-random', '64', '--output-file', file('random')),
      tool(...login, '--set-id', '05', '--type', 'pubkey', '--id', '02'),
      tool(...login, '--delete-object', '--type', 'secrkey', '--id', '03'),
    ]);
    expect(checkBytes(recordings).calls).toEqual(
      expect.arrayContaining(['C_GenerateKeyPair', 'C_GetAttributeValue', 'C_Sign', 'C_Verify']),
    );
  });

  it.skipIf(headers === undefined)('of every call are read and written to the byte', async () => {
    const program = compileEveryCall(token.folder, headers ?? []);
    const recordings = await record(program, [[module, tokenPin]]);
    const made = checkBytes(recordings);
    const reserved = Buffer.from('who=every-call\0');
    expect(made.first?.arguments).toEqual({ handshake: initializeHandshake, hasReserved: 1, reserved });
    expect(made.calls.toSorted()).toEqual(callsOfClient(made.version).toSorted());
  });
});
