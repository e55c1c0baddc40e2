import { measured, type Side } from '../side.ts';
import { startPeer } from './peer-server.ts';
import { compileClient, Pkcs11Callers } from './pkcs11-callers.ts';
import { clientModule, createToken, softHsmModule, type Token, tokenLabel, tokenPin } from './pkcs11-token.ts';
import { rawEcdsa, requireSigned } from './token-use.ts';

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
    const place = { program: program.path, module: clientModule ?? '', socket: server.socket, pin: tokenPin };
    const { callers, signature } = await Pkcs11Callers.open({ ...place, use: rawEcdsa }, count);
    open = { callers, count };
    if (token === undefined) throw new Error('the token was not made');
    requireSigned(rawEcdsa, token.publicKey, signature);
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
