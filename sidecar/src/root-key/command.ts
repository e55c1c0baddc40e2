import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAbsolute } from 'node:path';
import type { Readable } from 'node:stream';
import { SidecarError } from '../errors.ts';
import { readMemory } from '../read-memory.ts';
import { Secret } from '../secret.ts';
import { longestOutputBytes, rootKeyIn } from './command-output.ts';
import { type RootKeyProvider, unprepared } from './provider.ts';

export interface CommandOptions {
  /** Absolute path. */
  readonly program: string;
  /** No shell reads them. */
  readonly programArguments: readonly string[];
  /** How long it may run, default 30 s. */
  readonly timeoutMs?: number;
  /** Hears what a program that failed said on standard error. */
  readonly onNotice: (notice: string) => void;
}

type Running = ChildProcessByStdio<null, Readable, Readable>;

const defaultTimeoutMs = 30_000;
const longestComplaint = 2000;

/** Which root key a program is asked for; it finds the word in its environment as `FERROHSM_ROOT_KEY`. */
type Asked = 'present' | 'next';

/**
 * The root key from a program that reads it from where it is kept: a TPM, a PKCS#11 token, a cloud. It inherits nothing
 * but `PATH`, and learns from `FERROHSM_ROOT_KEY` which key is wanted: `present`, or `next` for the successor, where
 * writing nothing says that there is none. Its standard output holds the key and is never shown.
 *
 * @example createCommandProvider({ program: '/usr/local/bin/root-key', programArguments: ['--slot', '1'], onNotice });
 */
export function createCommandProvider(options: CommandOptions): RootKeyProvider {
  return {
    async obtain() {
      using output = await outputOf(options, 'present');
      return { rootKey: rootKeyOf(output), created: false };
    },
    obtainNext: () => nextOf(options),
    succession: {
      async prepare() {
        const next = await nextOf(options);
        if (next !== undefined) return next;
        throw unprepared('the root key command wrote nothing when FERROHSM_ROOT_KEY was next');
      },
      commit() {
        return (
          'the keystore is under the next root key: have the root key command give it as the present one, ' +
          'and destroy the old one'
        );
      },
    },
  };
}

async function nextOf(options: CommandOptions): Promise<Secret | undefined> {
  using output = await outputOf(options, 'next');
  return output.length === 0 ? undefined : rootKeyOf(output);
}

function rootKeyOf(output: Secret): Secret {
  const rootKey = rootKeyIn(output.bytes);
  if (rootKey !== undefined) return rootKey;
  throw invalid(`it wrote ${output.length} bytes, needed are 32 bytes, 64 hex digits or base64 of 32 bytes`);
}

async function outputOf(options: CommandOptions, asked: Asked): Promise<Secret> {
  const { program, programArguments, timeoutMs = defaultTimeoutMs, onNotice } = options;
  if (!isAbsolute(program)) throw invalid('the program needs an absolute path');
  const { PATH = '' } = process.env;
  const env = { PATH, FERROHSM_ROOT_KEY: asked };
  const child = spawn(program, programArguments, { shell: false, stdio: ['ignore', 'pipe', 'pipe'], env });
  const output = Buffer.alloc(longestOutputBytes + 1);
  const kept = keepOutput(child, output);
  const complaint = keepComplaint(child.stderr);
  const impatience = setTimeout(() => end(child), timeoutMs);
  try {
    const [status] = await closed(child);
    if (kept.lengthBytes > longestOutputBytes) throw invalid(`it wrote more than ${longestOutputBytes} bytes`);
    if (status === null) throw invalid(`it was ended by a signal, as it is after ${timeoutMs} ms`);
    if (status !== 0) throw invalid(`it ended with ${status}`);
    return Secret.copy(output.subarray(0, kept.lengthBytes));
  } catch (error) {
    if (complaint.text !== '') onNotice(`the root key command said: ${complaint.text}`);
    throw error;
  } finally {
    clearTimeout(impatience);
    output.fill(0);
    readMemory.soil();
  }
}

/** A program that it started may hold the pipes open. */
function end(child: Running): void {
  child.kill('SIGKILL');
  child.stdout.destroy();
  child.stderr.destroy();
}

async function closed(child: Running): Promise<[number | null, NodeJS.Signals | null]> {
  try {
    return (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    throw new SidecarError('config_invalid', `root key command: it cannot be run (${code})`, { cause });
  }
}

/** Copies what fits and wipes every chunk; a program that goes on is ended. */
function keepOutput(child: Running, output: Buffer): { readonly lengthBytes: number } {
  const kept = { lengthBytes: 0 };
  child.stdout.on('data', (chunk: Buffer) => {
    kept.lengthBytes += chunk.copy(output, kept.lengthBytes);
    chunk.fill(0);
    if (kept.lengthBytes === output.length) end(child);
  });
  return kept;
}

/** Printable text, without what a terminal would obey. */
function keepComplaint(stderr: Readable): { readonly text: string } {
  const kept = { text: '' };
  stderr.setEncoding('utf8').on('data', (text: string) => {
    kept.text = (kept.text + text.replaceAll(/\p{C}+/gu, ' ')).slice(0, longestComplaint).trimStart();
  });
  return kept;
}

function invalid(detail: string): SidecarError {
  return new SidecarError('config_invalid', `root key command: ${detail}`);
}
