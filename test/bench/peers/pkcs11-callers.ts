import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ClientLoad } from '../client-messages.ts';
import type { TokenUse } from './token-use.ts';

/** The compiled client; the end of its scope removes it. */
export interface Pkcs11Program extends Disposable {
  readonly path: string;
}

/** @throws Error when the compiler refuses it */
export function compileClient(): Pkcs11Program {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-peer-'));
  const path = join(folder, 'pkcs11-client');
  execFileSync('cc', ['-O2', '-o', path, join(import.meta.dirname, 'pkcs11-client.c'), '-ldl']);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Where callers find their token, and what they do with it. */
export interface CallersPlace {
  /** The compiled client. */
  readonly program: string;
  /** The PKCS #11 module that it loads, and what that needs besides the socket. */
  readonly module: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly socket: string;
  readonly pin: string;
  readonly use: TokenUse;
}

/** So many callers, each a process with a session of its own. */
export class Pkcs11Callers implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor({ program, module, environment, socket, pin, use }: CallersPlace, callers: number) {
    const words = [use.keyType, use.mechanism, use.signatureBytes, use.data.toString('hex')];
    this.#child = spawn(program, [module, pin, String(callers), ...words.map(String)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment, P11_KIT_SERVER_ADDRESS: `unix:path=${socket}` },
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @returns the callers, and the signature that the first one made */
  static async open(place: CallersPlace, callers: number) {
    const opened = new Pkcs11Callers(place, callers);
    const signature = Buffer.from(await opened.#nextLine(), 'hex');
    await opened.#nextLine();
    return { callers: opened, signature };
  }

  async run(durationMs: number): Promise<ClientLoad> {
    this.#child.stdin.write(`${Math.round(durationMs)}\n`);
    const figures = (await this.#nextLine()).split(' ').map(Number);
    const [operations, elapsedUs, cpuUs, p50Us, p99Us, p999Us] = figures as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const opsPerSecond = (operations * 1_000_000) / elapsedUs;
    return { operations, opsPerSecond, p50Us, p99Us, p999Us, clientCpuUsPerOp: cpuUs / operations };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }

  async #nextLine(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the PKCS #11 client ended');
    return value;
  }
}
