import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { connect as openSocket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect, FerroHsmError } from '@ferrohsm/sdk/node';
import { refused, type Stage, tell } from './stage.ts';

/** What must not happen does not, whether the SDK is asked or the sidecar itself. */
export async function tryForbidden({ hsm, folders, url }: Stage): Promise<void> {
  const key = await hsm.keys.get('tokens/signing');
  const bySdk = await refused(hsm.subtle.exportKey('pkcs8', key.privateKey));
  assert.equal(bySdk.name, 'NotAllowedError');
  tell(`export of a named key through the SDK: ${bySdk.name}`);

  const handle = `${key.id}/1`;
  const bySidecar = await askDirectly(folders.socket, 'subtle.exportKey', { format: 'pkcs8', key: handle });
  assert.equal(bySidecar.data.code, 'approval_required');
  tell(`the same by hand over the socket: ${bySidecar.message}`);

  const stranger = await refused(connect({ url, token: 'nobody-knows-this-token' }));
  assert(stranger instanceof FerroHsmError && stranger.code === 'unauthenticated');
  tell(`an unknown principal: ${stranger.message}`);
}

interface RpcError {
  readonly message: string;
  readonly data: { readonly code: string };
}

/** JSON-RPC, one line a message: all that a client in any language needs. */
async function askDirectly(path: string, method: string, params: object): Promise<RpcError> {
  const socket = openSocket(path);
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const ask = async (id: number, call: object): Promise<{ error: RpcError }> => {
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...call })}\n`);
    return JSON.parse(String((await lines.next()).value));
  };
  await ask(1, { method: 'system.hello', params: { protocol: 1 } });
  const { error } = await ask(2, { method, params });
  socket.destroy();
  return error;
}
