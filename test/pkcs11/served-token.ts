import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled } from '../bench/peers/installed.ts';
import { clientModule, createToken, softHsmModule } from '../bench/peers/pkcs11-token.ts';

/** Whether the stock client, its own server, a token and a tool are installed. */
export function hasStockClient(): boolean {
  const programs = ['p11-kit', 'pkcs11-tool', 'softhsm2-util'];
  const isThere = clientModule !== undefined && softHsmModule !== undefined && programs.every(isInstalled);
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
    const server = spawn('p11-kit', [...options, 'pkcs11:'], {
      env: { ...process.env, ...environment },
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
