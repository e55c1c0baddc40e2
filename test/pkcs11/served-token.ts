import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled } from '../bench/peers/installed.ts';
import { clientModule, createToken, softHsmModule } from '../bench/peers/pkcs11-token.ts';

/** Where another p11-kit than the system's was installed (`--prefix`), to test with that. */
const prefix = process.env.FERROHSM_P11_KIT;
const program = prefix === undefined ? 'p11-kit' : join(prefix, 'bin', 'p11-kit');

/** The stock client that is tested with, a PKCS#11 module, and what its programs need to find its libraries. */
export const stockClient = {
  /** The command of its package. */
  program,
  module: prefix === undefined ? String(clientModule) : join(prefix, 'lib', 'pkcs11', 'p11-kit-client.so'),
  environment: prefix === undefined ? {} : { LD_LIBRARY_PATH: join(prefix, 'lib') },
} as const;

/** Whether the stock client, its own server, a token and a tool are installed. */
export function hasStockClient(): boolean {
  const files = [stockClient.module, String(softHsmModule)];
  const isThere = files.every(existsSync) && ['p11-kit', 'pkcs11-tool', 'softhsm2-util'].every(isInstalled);
  if (!isThere) {
    console.warn(
      'NOTICE: the stock PKCS#11 client is missing: its tests are skipped; apt-get install p11-kit p11-kit-modules opensc softhsm2',
    );
  }
  return isThere;
}

/** A SoftHSM2 token behind `p11-kit server`, in a folder of its own. */
export class ServedToken {
  readonly folder: string;
  readonly #server: ChildProcess;

  private constructor(folder: string, server: ChildProcess) {
    this.folder = folder;
    this.#server = server;
  }

  static async serve(): Promise<ServedToken> {
    const folder = await mkdtemp(join(tmpdir(), 'ferrohsm-pkcs11-'));
    const { environment } = createToken(folder);
    const options = ['server', '--foreground', '--name', join(folder, 'server'), '--provider', String(softHsmModule)];
    const server = spawn(program, [...options, 'pkcs11:'], {
      env: { ...process.env, ...stockClient.environment, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // It prints its address once it listens.
    await once(server.stdout, 'data');
    return new ServedToken(folder, server);
  }

  get socketPath(): string {
    return join(this.folder, 'server');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.kill();
    await ended;
    await rm(this.folder, { recursive: true });
  }
}
