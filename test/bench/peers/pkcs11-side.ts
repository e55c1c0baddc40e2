import { verify } from 'node:crypto';
import { measured, type Side } from '../side.ts';
import { startPeer } from './peer-server.ts';
import { compileClient, Pkcs11Callers } from './pkcs11-callers.ts';
import { clientModule, createToken, softHsmModule, type Token, tokenLabel } from './pkcs11-token.ts';

/** What the client signs the digest of. */
const signedMessage = Buffer.alloc(32);

/**
 * SoftHSM behind `p11-kit server`, which has a process for each connection. It knows one operation, `p256`, of a digest
 * that the caller made.
 */
export async function openPkcs11Side(): Promise<Side> {
  const program = compileClient();
  let token: Token | undefined;
  const server = await startPeer((folder, socket) => {
    token = createToken(folder);
    const words = ['server', '-f', '--provider', softHsmModule ?? '', '-n', socket, `pkcs11:token=${tokenLabel}`];
    return { program: 'p11-kit', words, environment: token.environment };
  });
  let open: { readonly callers: Pkcs11Callers; readonly count: number } | undefined;

  /** Processes of another number would keep their connections, and their part of the memory. */
  async function callersFor(count: number): Promise<Pkcs11Callers> {
    if (open?.count === count) return open.callers;
    await open?.callers[Symbol.asyncDispose]();
    const { callers, signature } = await Pkcs11Callers.open(program.path, clientModule ?? '', server.socket, count);
    open = { callers, count };
    requireSigned(token, signature);
    return callers;
  }

  return {
    socket: server.socket,
    prepare: async () => {
      await callersFor(1);
    },
    async run(_operation, concurrency, durationMs) {
      const callers = await callersFor(concurrency);
      return measured(server.cpuUs, () => callers.run(durationMs));
    },
    async [Symbol.asyncDispose]() {
      await open?.callers[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      program[Symbol.dispose]();
    },
  };
}

/** @throws Error when the peer did something else than sign */
function requireSigned(token: Token | undefined, signature: Buffer): void {
  if (token === undefined) throw new Error('the token was not made');
  const key = { key: token.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', signedMessage, key, signature)) throw new Error('the signature of the token does not verify');
}
