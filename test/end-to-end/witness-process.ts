import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { command } from '../../tools/throw-away-sidecar.ts';

export const witnessName = 'witness.example/w1';

/** What a witness answered. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** A real witness, `ferrohsm witness serve` in a process and a folder of its own. */
export class WitnessProcess {
  /** Everything below; removed by `discard`. */
  readonly root = mkdtempSync(join(tmpdir(), 'ferrohsm-witness-'));
  readonly state = join(this.root, 'state');
  readonly keyFile = join(this.root, 'witness.key');
  /** Its verifier keys: Ed25519, then ML-DSA-44. */
  readonly vkeys: readonly string[];
  readonly #logKeyFile = join(this.root, 'log.keys');
  #child: ChildProcess | undefined;
  #notices = '';
  url = '';

  constructor(logKeys: readonly string[]) {
    const words = [command, 'witness', 'create-key', '--quiet', '--name', witnessName, '--out', this.keyFile];
    this.vkeys = execFileSync(process.execPath, words, { encoding: 'utf8' }).trim().split('\n');
    writeFileSync(this.#logKeyFile, logKeys.join('\n'));
  }

  /** Words of the command that serves from the folders. */
  get words(): readonly string[] {
    const files = ['--key-file', this.keyFile, '--state', this.state, '--log-key-file', this.#logKeyFile];
    return [command, 'witness', 'serve', '--json', '--listen', '127.0.0.1:0', ...files];
  }

  /** Everything that it said on standard error in all its lives. */
  get notices(): string {
    return this.#notices;
  }

  /** Resolves when it listens; rejects with what it printed when it does not. */
  async start(...more: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [...this.words, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#notices += text;
    });
    this.#child = child;
    let announcement = '';
    for await (const line of createInterface({ input: child.stdout })) {
      announcement += line;
      if (line === '}') break;
    }
    if (announcement === '') throw new Error(`the witness did not start:\n${this.#notices}`);
    this.url = (JSON.parse(announcement) as { addresses: [string] }).addresses[0];
  }

  /** Ends it in an orderly way and gives the exit status. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends it as a power cut would. */
  kill(): Promise<number | null> {
    return this.#end('SIGKILL');
  }

  /** The exit status, once it has ended by itself. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) throw new Error('the witness was not started');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  async submit(body: string | Uint8Array<ArrayBuffer>): Promise<WitnessAnswer> {
    return answerOf(await fetch(`${this.url}/add-checkpoint`, { method: 'POST', body }));
  }

  /** @param hash SHA-256 of the origin, hexadecimal */
  async checkpoint(hash: string): Promise<WitnessAnswer> {
    return answerOf(await fetch(`${this.url}/${hash}/checkpoint`));
  }

  async discard(): Promise<void> {
    await this.kill();
    rmSync(this.root, { recursive: true, force: true });
  }

  #end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child?.kill(signal);
    return this.ended();
  }
}

async function answerOf(response: Response): Promise<WitnessAnswer> {
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}
