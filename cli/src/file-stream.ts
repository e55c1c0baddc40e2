import { createReadStream, fstatSync } from 'node:fs';
import { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { EnvelopeStream } from '@ferrohsm/sdk/envelope';
import { type Command, Option } from 'commander';
import { DraftFile } from './draft-file.ts';
import { CliError } from './errors.ts';
import { openInput, unreadable } from './input.ts';
import { writeData } from './output.ts';
import { ProgressBar } from './progress-bar.ts';

/** Options of the commands that pass a file through an envelope. */
export interface FileOptions {
  /** A file, or `-` for standard output even when that is a terminal. */
  readonly out?: string;
  /** The same. */
  readonly output?: string;
  readonly force?: boolean;
}

export function addFileOptions(command: Command): Command {
  const about = 'write there instead of to standard output; "-" forces binary to a terminal';
  return command
    .addOption(new Option('-o, --out <file>', about).conflicts('output'))
    .option('--force', 'replace an existing file');
}

type Pieces = ReadableStream<Uint8Array<ArrayBuffer>>;
type Sink = (bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>;

/**
 * Passes a file, or standard input, through the stream to a file that appears only when all went well, or to standard
 * output, in constant memory. A bar shows how far it is.
 *
 * @throws CliError 66 and 73 for files; whatever the stream errors with
 */
export async function passFile(
  file: string | undefined,
  stream: () => EnvelopeStream,
  { output, out = output, force = false }: FileOptions,
  label: string,
): Promise<void> {
  const bar = new ProgressBar(label);
  try {
    await passTo(out, force, async (sink) => {
      const { pieces, totalBytes } = inputPieces(file);
      const shown = totalBytes === undefined ? pieces : observed(pieces, (done) => bar.show(done, totalBytes));
      await shown.pipeThrough(stream()).pipeTo(new WritableStream({ write: (bytes) => writeOnce(bytes, sink) }));
    });
  } finally {
    bar.end();
  }
}

/** Nobody else has the bytes: garbage collection would let some dozen MiB of them pile up. */
async function writeOnce(bytes: Uint8Array<ArrayBuffer>, sink: Sink): Promise<void> {
  await sink(bytes);
  bytes.buffer.transfer(0);
}

async function passTo(out: string | undefined, force: boolean, pass: (sink: Sink) => Promise<void>): Promise<void> {
  if (out === undefined && process.stdout.isTTY) throw terminalRefusal();
  if (out === undefined || out === '-') return pass(writeData);
  const draft = new DraftFile(out, force);
  const restore = discardWhenInterrupted(draft);
  try {
    await pass((bytes) => draft.write(bytes));
    draft.finish();
  } finally {
    restore();
    draft.discard();
  }
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A plaintext that is half there must not be left behind; then the signal does what it always does. */
function discardWhenInterrupted(draft: DraftFile): () => void {
  const leave = (signal: NodeJS.Signals) => {
    draft.discard();
    restore();
    process.kill(process.pid, signal);
  };
  const restore = () => {
    for (const signal of interrupts) process.removeListener(signal, leave);
  };
  for (const signal of interrupts) process.on(signal, leave);
  return restore;
}

function inputPieces(file: string | undefined): { pieces: Pieces; totalBytes?: number } {
  if (file === undefined || file === '-') return { pieces: streamOf(process.stdin, 'standard input') };
  const descriptor = openInput(file);
  const status = fstatSync(descriptor);
  const pieces = streamOf(createReadStream(file, { fd: descriptor }), file);
  return status.isFile() ? { pieces, totalBytes: status.size } : { pieces };
}

function streamOf(input: AsyncIterable<unknown>, name: string): Pieces {
  return NodeReadableStream.from(readPieces(input as AsyncIterable<Uint8Array<ArrayBuffer>>, name)) as Pieces;
}

async function* readPieces(input: AsyncIterable<Uint8Array<ArrayBuffer>>, name: string) {
  try {
    yield* input;
  } catch (error) {
    throw unreadable(name, error);
  }
}

function observed(pieces: Pieces, show: (doneBytes: number) => void): Pieces {
  let doneBytes = 0;
  const observer = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, controller) {
      doneBytes += piece.length;
      show(doneBytes);
      controller.enqueue(piece);
    },
  });
  return pieces.pipeThrough(observer);
}

function terminalRefusal(): CliError {
  return new CliError(
    2,
    'refusing to output binary to the terminal',
    'write a file with --out FILE, or force with --out -',
  );
}
