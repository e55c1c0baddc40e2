import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Program of `ferrohsm`, for Node. */
export const command = join(import.meta.dirname, '../cli/bin/ferrohsm.cjs');
const startTimeoutMs = 30_000;

/**
 * Cedar's WebAssembly is compiled twice in the background; without its second compiler a start takes half of the
 * processor time. Nothing else changes.
 */
export const leanNode: readonly string[] = ['--liftoff-only'];

export interface SidecarFolders {
  /** Everything below; removed by `discard`. */
  readonly root: string;
  readonly state: string;
  readonly config: string;
  readonly socket: string;
  /** The transparency log. */
  readonly log: string;
}

/** A real sidecar, `ferrohsm serve` in a process and folders of its own. */
export interface SidecarProcess {
  readonly pid: number;
  /** Unix socket. */
  readonly socket: string;
  /** Everywhere that it listens. */
  readonly addresses: readonly string[];
  /** WebSocket address where one was asked for. */
  readonly url: string | undefined;
  /** What it said on standard error, complete once it has ended. */
  notices(): string;
  /** Ends it in an orderly way and gives the exit status. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly folders: SidecarFolders;
  /** Arguments of `ferrohsm serve` besides the folders. */
  readonly arguments?: readonly string[];
  /** What Node runs with the words of `ferrohsm` behind it, when it is not `ferrohsm` itself. */
  readonly program?: readonly string[];
}

/** Folders for one sidecar; the root key lies outside the state folder. */
export function createFolders(root = mkdtempSync(join(tmpdir(), 'ferrohsm-'))): SidecarFolders {
  const state = join(root, 'state');
  return { root, state, config: join(root, 'config'), socket: join(root, 'run', 'hsm.sock'), log: join(state, 'log') };
}

export function discardFolders({ root }: SidecarFolders): void {
  rmSync(root, { recursive: true, force: true });
}

/** Starts a sidecar and resolves when it listens; rejects with what it printed when it does not. */
export async function startSidecarProcess({
  folders,
  arguments: extra = [],
  program = [command],
}: StartOptions): Promise<SidecarProcess> {
  const { state, config, socket } = folders;
  const places = ['--state', state, '--config', config, '--socket', socket];
  const isPlaced = extra.some((word) => /^--(root-key|passphrase)/.test(word));
  if (!isPlaced) places.push('--root-key', join(config, 'root.key'));
  const started = await startListening([...program, 'serve', '--json', ...places, ...extra]);
  return { ...started, socket, url: started.addresses.find((address) => /^wss?:/.test(address)) };
}

/** Runs Node with words that make it listen somewhere and say so in JSON. */
export async function startListening(words: readonly string[]): Promise<Omit<SidecarProcess, 'socket' | 'url'>> {
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let notices = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    notices += text;
  });
  const addresses = await listening(child, () => notices);
  return {
    pid: child.pid ?? 0,
    addresses,
    notices: () => notices,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
  };
}

/** The first JSON object says where it listens. */
async function listening(child: ChildProcess, notices: () => string): Promise<readonly string[]> {
  const timeout = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  let announcement = '';
  try {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      announcement += line;
      if (line === '}') return (JSON.parse(announcement) as { addresses: readonly string[] }).addresses;
    }
  } finally {
    clearTimeout(timeout);
    child.stdout?.resume();
  }
  throw new Error(`the sidecar did not start:\n${notices()}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode;
}
