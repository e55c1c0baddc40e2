import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  connect,
  type FerroHsm,
  type LogReport,
  type LogSource,
  type SocketConnectOptions,
  verifyLog,
} from '@ferrohsm/sdk/node';
import { afterAll, beforeAll } from 'vitest';
import {
  command,
  createFolders,
  discardFolders,
  leanNode,
  type SidecarFolders,
  type SidecarProcess,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { hasGo, verifyLogWithGo } from '../go/verify-with-go.ts';

export interface LiveSidecarOptions {
  readonly arguments?: readonly string[];
  /** Writes what must be there before the first start. */
  readonly prepare?: (folders: SidecarFolders) => void;
}

/** One sidecar for the tests of a file, in a process and folders of its own. */
export class LiveSidecar {
  readonly folders = createFolders();
  readonly #arguments: readonly string[];
  #process: SidecarProcess | undefined;
  #notices = '';
  #logKeys: readonly string[] = [];

  constructor(words: readonly string[] = []) {
    this.#arguments = words;
  }

  get process(): SidecarProcess {
    if (this.#process === undefined) throw new Error('the sidecar is not running');
    return this.#process;
  }

  async start(): Promise<void> {
    const program = [...leanNode, command];
    this.#process = await startSidecarProcess({ folders: this.folders, arguments: this.#arguments, program });
  }

  async stop(): Promise<number | null> {
    const status = await this.process.stop();
    this.#forget();
    return status;
  }

  /** As a power cut. */
  async kill(): Promise<void> {
    await this.process.kill();
    this.#forget();
  }

  async connect(options: Omit<SocketConnectOptions, 'socket'> = {}): Promise<FerroHsm> {
    return this.#pinned(await connect({ ...options, socket: this.process.socket }));
  }

  async connectWebSocket(token: string): Promise<FerroHsm> {
    return this.#pinned(await connect({ url: this.process.url as string, token }));
  }

  /** Everything that it said on standard error in all its lives. */
  notices(): string {
    return this.#notices + (this.#process?.notices() ?? '');
  }

  /** Ends it, and lets a second implementation verify the log that it leaves. */
  async discard(): Promise<void> {
    if (this.#process !== undefined) await this.stop();
    try {
      await this.#verifyLog();
    } finally {
      discardFolders(this.folders);
    }
  }

  #pinned(hsm: FerroHsm): FerroHsm {
    this.#logKeys = hsm.hello.log.keys;
    return hsm;
  }

  /** With the keys that the last client was told; nothing to verify with where there was none. */
  async #verifyLog(): Promise<void> {
    const { log } = this.folders;
    if (!hasGo || this.#logKeys.length === 0 || !existsSync(log)) return;
    const { ok, text } = await verifyLogWithGo(log, this.#logKeys);
    if (!ok) throw new Error(`Go does not verify the log of this test: ${text}`);
  }

  #forget(): void {
    this.#notices = this.notices();
    this.#process = undefined;
  }
}

/** Starts a sidecar before the tests of a file and discards it after them. */
export function liveSidecar({ arguments: words, prepare }: LiveSidecarOptions = {}): LiveSidecar {
  const sidecar = new LiveSidecar(words);
  beforeAll(async () => {
    prepare?.(sidecar.folders);
    await sidecar.start();
  });
  afterAll(() => sidecar.discard());
  return sidecar;
}

/** What `ferrohsm serve` says when it refuses to start. */
export interface Refusal {
  readonly status: number | null;
  readonly stderr: string;
}

/** Words of the command that serves from the folders. */
export function serveWords({ state, config, socket }: SidecarFolders): string[] {
  const places = ['--state', state, '--config', config, '--socket', socket];
  return [command, 'serve', '--json', ...places, '--root-key', join(config, 'root.key')];
}

/** Starts a sidecar that has to refuse; one that listens is killed, its status is null. */
export async function refusedStart(folders: SidecarFolders): Promise<Refusal> {
  const child: ChildProcess = spawn(process.execPath, serveWords(folders));
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout?.once('data', () => child.kill('SIGKILL'));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stderr };
}

/** The files of a log. */
export function sourceOf(log: string): LogSource {
  return {
    async read(path) {
      try {
        return readFileSync(join(log, path));
      } catch {
        return undefined;
      }
    },
  };
}

/** Checks the log in a folder with the keys that were pinned, as an outsider does. */
export function verifyFolder(log: string, keys: readonly string[]): Promise<LogReport> {
  return verifyLog(sourceOf(log), { keys });
}

/** Every file below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Writes a file of the config folder with the mode that the sidecar demands. */
export function writeConfig({ config }: SidecarFolders, name: string, text: string): void {
  mkdirSync(config, { recursive: true, mode: 0o700 });
  writeFileSync(join(config, name), text, { mode: 0o600 });
}

/** All that an asynchronous iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
