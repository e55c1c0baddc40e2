import { resolve } from 'node:path';
import type { RunningFront } from '@ferrohsm/pkcs11';
import { type CommandDescription, local } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { repeated } from '../option-values.ts';
import type { Output } from '../output.ts';
import { guardProcess } from '../process-guard.ts';
import { stopSignal } from '../serve-signals.ts';

interface Pkcs11ServeOptions {
  readonly link: string;
  readonly socket?: readonly string[];
  readonly collection?: readonly string[];
}

/** A call waits no longer for a sidecar that is being restarted: the application's thread stands still meanwhile. */
const connectTimeoutMs = 5000;

export const pkcs11Serve: CommandDescription = {
  usage: 'serve',
  summary: 'Hold the PKCS#11 sockets of applications, in a process that outlives a restart of the sidecar.',
  examples: `
# The sidecar, with the link for this process and the names of the sockets
ferrohsm serve --pkcs11-link /run/ferrohsm/pkcs11.link --pkcs11-socket app

# A socket for each identity; applications set P11_KIT_SERVER_ADDRESS=unix:path=/run/ferrohsm/app.p11
ferrohsm pkcs11 serve --link /run/ferrohsm/pkcs11.link --socket app=/run/ferrohsm/app.p11

# With a PIN: a bearer token of the same principal (see "ferrohsm token --help")
ferrohsm pkcs11 serve --link /run/ferrohsm/pkcs11.link --socket app=/run/ferrohsm/app.p11,pin,mode=0660,group=app

# Two slots, each with the keys whose names begin so
ferrohsm pkcs11 serve --link /run/ferrohsm/pkcs11.link --socket app=/run/ferrohsm/app.p11 --collection tls/ --collection ssh/=SSH`,
  offline: true,
  options: (command) =>
    command
      .requiredOption('--link <path>', 'the --pkcs11-link of the sidecar')
      .option('--socket <place>', 'NAME=PATH[,pin][,mode=0660][,owner=NAME][,group=NAME], more than once', repeated)
      .option('--collection <prefix>', 'PREFIX/[=LABEL]: a slot with these keys, more than once', repeated),
  action: local<Pkcs11ServeOptions>(async ({ options, output }) => {
    guardProcess();
    const stop = stopSignal();
    const front = await openFront(options, output);
    await output.result({ addresses: front.addresses }, `ferrohsm: listening on ${front.addresses.join(', ')}`);
    try {
      output.note(`stopping on ${await stop}`);
    } finally {
      await front.close();
    }
  }),
};

async function openFront(
  { link, socket = [], collection = [] }: Pkcs11ServeOptions,
  output: Output,
): Promise<RunningFront> {
  if (socket.length === 0) throw usageError('no socket to serve', 'write --socket NAME=PATH');
  const { servePkcs11 } = await import('@ferrohsm/pkcs11');
  const { bindSocketFile, loadPeerCredentials } = await import('@ferrohsm/sidecar');
  const { connect } = await import('@ferrohsm/sdk/node');
  const { collectionOf, everyKey, servedSocket } = await import('../pkcs11/served-socket.ts');
  const collections = collection.length === 0 ? [everyKey] : collection.map(collectionOf);
  const peerProcess = loadPeerCredentials();
  if (peerProcess === undefined) output.warn('the kernel does not tell who connects: records name the socket alone');
  try {
    return await servePkcs11({
      sockets: socket.map((text) => servedSocket(text, collections)),
      bind: bindSocketFile,
      peerProcess: (socket) => peerProcess?.(socket),
      connect: (peer, token) =>
        connect({
          socket: resolve(link),
          peer,
          ...(token !== undefined && { token }),
          client: 'PKCS#11',
          connectTimeoutMs,
        }),
      onUnexpected: (error) => output.warn(`a call failed: ${error instanceof Error ? error.name : 'unknown'}`),
    });
  } catch (error) {
    throw refusedSocket(error);
  }
}

function refusedSocket(error: unknown): unknown {
  const { code, detail } = error as { readonly code?: string; readonly detail?: string };
  if (code !== 'config_invalid' && code !== 'state_locked') return error;
  return new CliError(78, detail ?? 'a socket cannot be made', 'see the socket path and its folder');
}
