import { createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { cosign, type NoteKey, noteKey } from './test-keys.ts';
import { type Head, isConsistent, rootOf } from './test-tree.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/** What a witness was asked. */
export interface Submission {
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  readonly origin: string;
  readonly head: Head;
  readonly note: string;
}

/** Answers instead of the witness; undefined lets the witness answer. */
export type Misbehave = (submission: Submission, response: ServerResponse) => Answer | 'never' | 'done' | undefined;

/** A C2SP tlog-witness on loopback, written from the specification alone. */
export class TestWitness {
  readonly keys: readonly NoteKey[];
  /** Vkeys of the logs' Ed25519 keys by origin. */
  readonly logs = new Map<string, string>();
  readonly heads = new Map<string, Head>();
  readonly submissions: Submission[] = [];
  readonly statuses: number[] = [];
  connections = 0;
  misbehave: Misbehave = () => undefined;
  url = '';

  constructor(keys: readonly NoteKey[]) {
    this.keys = keys;
  }

  /** Sizes of the trees that were submitted, with the old size. */
  get asked(): readonly (readonly [number, number])[] {
    return this.submissions.map(({ oldSize, head }) => [oldSize, head.size]);
  }

  cosign({ origin, head }: Pick<Submission, 'origin' | 'head'>): string {
    return this.keys.map((key) => cosign(key, { origin, ...head }, 1_700_000_001)).join('');
  }

  respond(submission: Submission): Answer {
    const { oldSize, proof, origin, head, note } = submission;
    const logKey = this.logs.get(origin);
    if (logKey === undefined) return { status: 404, body: '' };
    if (!isSignedBy(note, logKey)) return { status: 403, body: '' };
    if (oldSize > head.size) return { status: 400, body: '' };
    const known = this.heads.get(origin) ?? { size: 0, root: rootOf([]) };
    if (oldSize !== known.size) return conflict(known.size);
    if (!isConsistent(known, head, proof)) return { status: 422, body: '' };
    this.heads.set(origin, head);
    return { status: 200, body: this.cosign(submission) };
  }
}

export function conflict(size: number): Answer {
  return { status: 409, body: `${size}\n`, headers: { 'content-type': 'text/x.tlog.size' } };
}

/** Starts a witness that knows the log of these keys; it ends with the test. */
export async function startWitness(
  log: { readonly keys: readonly NoteKey[] },
  keys: readonly NoteKey[] = [noteKey('witness.example/w', 4)],
): Promise<TestWitness> {
  const witness = new TestWitness(keys);
  const [logKey] = log.keys;
  if (logKey !== undefined) witness.logs.set(logKey.name, logKey.vkey);
  const server = createServer((request, response) => void serve(witness, request, response));
  server.on('connection', () => {
    witness.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  witness.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`;
  return witness;
}

async function serve(witness: TestWitness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const isKnown = request.method === 'POST' && request.url === '/prefix/add-checkpoint';
  const submission = isKnown ? parseSubmission(body) : undefined;
  if (submission === undefined) return void response.writeHead(isKnown ? 400 : 405).end();
  witness.submissions.push(submission);
  const answer = witness.misbehave(submission, response) ?? witness.respond(submission);
  if (answer === 'never' || answer === 'done') return;
  witness.statuses.push(answer.status);
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** C2SP tlog-witness "add-checkpoint", byte for byte; undefined for anything else. */
function parseSubmission(text: string): Submission | undefined {
  const empty = text.indexOf('\n\n');
  const [oldLine = '', ...proofLines] = text.slice(0, empty).split('\n');
  const note = text.slice(empty + 2);
  const [, oldSize] = /^old (0|[1-9]\d*)$/.exec(oldLine) ?? [];
  const [, origin, size, root] = /^(.+)\n(0|[1-9]\d*)\n([A-Za-z0-9+/]{43}=)\n\n(?:— .+\n)+$/.exec(note) ?? [];
  if (oldSize === undefined || origin === undefined || root === undefined || proofLines.length > 63) return undefined;
  if (!proofLines.every((line) => /^[A-Za-z0-9+/]{43}=$/.test(line))) return undefined;
  const proof = proofLines.map((line) => Buffer.from(line, 'base64'));
  const head = { size: Number(size), root: Buffer.from(root, 'base64') };
  return { oldSize: Number(oldSize), proof, origin, head, note };
}

/** Whether the note has a valid Ed25519 line of the vkey, and no false one. */
function isSignedBy(note: string, vkey: string): boolean {
  const [name, id = '', ...encoded] = vkey.split('+');
  const key = Buffer.from(encoded.join('+'), 'base64').subarray(1);
  const publicKey = createPublicKey({ key, format: 'raw-public', asymmetricKeyType: 'ed25519' });
  const end = note.lastIndexOf('\n\n') + 1;
  const blobs = note
    .slice(end + 1)
    .split('\n')
    .filter((line) => line.startsWith(`— ${name} `))
    .map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64'))
    .filter((blob) => blob.subarray(0, 4).toString('hex') === id);
  const message = Buffer.from(note.slice(0, end));
  return blobs.length > 0 && blobs.every((blob) => verify(null, message, publicKey, blob.subarray(4)));
}
