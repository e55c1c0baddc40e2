import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { leanNode } from '../../tools/throw-away-sidecar.ts';

/** The command as it is installed. */
export const ferrohsm = fileURLToPath(new URL('../../cli/bin/ferrohsm.cjs', import.meta.url));

/** What a process said before it ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Place {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs a program to its end, at most a minute. */
export function run(program: string, words: readonly string[], place: Place, input?: Buffer): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: place.folder,
    env: place.environment,
    input: input ?? Buffer.alloc(0),
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr: stderr.toString() };
}

/** Runs a program to its end and types the input as soon as it asks: what comes before that would be echoed. */
export async function runTyping(
  program: string,
  words: readonly string[],
  place: Place,
  input: Buffer,
): Promise<Outcome> {
  const child = spawn(program, words, { cwd: place.folder, env: place.environment, timeout: 60_000 });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    if (child.stdin.writable && Buffer.concat(stdout).toString().endsWith(': ')) child.stdin.end(input);
  });
  return { status: (await closed)[0], stdout: Buffer.concat(stdout), stderr };
}

/** A command that waits for something. */
export interface RunningCommand {
  /** Resolves when its standard error matches; rejects when it ends before. */
  until(pattern: RegExp): Promise<void>;
  end(): Promise<Outcome>;
  kill(): void;
}

/** Starts a command that is not waited for. */
export function startCommand(words: readonly string[], place: Place): RunningCommand {
  const child = spawn(process.execPath, [ferrohsm, ...words], {
    cwd: place.folder,
    env: place.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const stdout: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    async until(pattern) {
      while (!pattern.test(stderr)) {
        const [status] = await Promise.race([once(child.stderr, 'data').then(() => []), closed]);
        if (status !== undefined) throw new Error(`ended with ${status} before it said ${pattern}: ${stderr}`);
      }
    },
    end: async () => ({ status: (await closed)[0], stdout: Buffer.concat(stdout), stderr }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** A sidecar in a process of its own. */
export interface RunningServer {
  readonly addresses: readonly string[];
  signal(name: NodeJS.Signals): void;
  /** Resolves when its standard error matches; rejects when it ends before, or after 10 s. */
  told(pattern: RegExp): Promise<void>;
  /** Ends it with SIGTERM. */
  stop(): Promise<Outcome>;
}

/** Starts `ferrohsm serve` and waits until it listens or has ended. */
export async function startServer(
  words: readonly string[],
  place: Place,
  input?: Buffer,
): Promise<RunningServer | Outcome> {
  const child = spawn(process.execPath, [...leanNode, ferrohsm, 'serve', '--json', ...words], {
    cwd: place.folder,
    env: place.environment,
  });
  // Not exit: the last words may still be on their way then.
  const closed = once(child, 'close') as Promise<[number | null]>;
  child.stdin.end(input);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const announcement = await firstJson(child);
  const outcome = async () => ({ status: (await closed)[0], stdout: Buffer.alloc(0), stderr });
  if (announcement === undefined) return outcome();
  return {
    addresses: (JSON.parse(announcement) as { addresses: string[] }).addresses,
    signal: (name) => void child.kill(name),
    async told(pattern) {
      const signal = AbortSignal.timeout(10_000);
      while (!pattern.test(stderr)) await once(child.stderr, 'data', { signal });
    },
    stop() {
      child.kill('SIGTERM');
      return outcome();
    },
  };
}

/** The first JSON object on standard output; undefined when that ends before. */
async function firstJson(child: ChildProcess): Promise<string | undefined> {
  let text = '';
  if (child.stdout === null) return undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line.endsWith('}')) return text;
  }
  return undefined;
}
