import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { oracles } from './oracle.ts';
import {
  ferrohsm,
  type Outcome,
  type Place,
  type RunningCommand,
  type RunningServer,
  run,
  runTyping,
  startCommand,
  startServer,
} from './processes.ts';
import { expand, type Line } from './script.ts';

type Verb = (this: World, words: string[], negated: boolean) => void | Promise<void>;

/** The fresh folder that one script runs in, its sidecar, and what the last command said. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
  readonly variables = new Map([['UID', String(process.getuid?.())]]);
  last: Outcome | undefined;
  server: RunningServer | undefined;
  started: RunningCommand | undefined;

  get place(): Place {
    const { PATH } = process.env;
    const socket = join(this.folder, 's.sock');
    return { folder: this.folder, environment: { PATH, HOME: this.folder, FERROHSM_SOCKET: socket } };
  }

  async play({ verb, words, negated }: Line): Promise<void> {
    const act = verbs[verb];
    assert(act !== undefined, `no such verb: ${verb}`);
    const expanded = words.map((word) => expand(word, this.variables));
    await act.call(this, expanded, negated);
  }

  path(name = ''): string {
    return join(this.folder, name);
  }

  inputBytes(name: string | undefined): Buffer | undefined {
    return name === undefined ? undefined : readFileSync(this.path(name));
  }

  async end(): Promise<void> {
    this.started?.kill();
    await this.server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Warnings of Node and stacks: neither is for the user. */
const noise = /Warning:|^ +at /m;

const verbs: Readonly<Record<string, Verb>> = Object.freeze<Record<string, Verb>>({
  async serve(words, negated) {
    const folders = ['--state', this.path('state'), '--config', this.path('config')];
    const { plain, input } = redirections(words);
    const started = await startServer([...folders, ...plain], this.place, this.inputBytes(input));
    if ('status' in started) {
      this.last = started;
      assert(negated && started.status !== 0, `the sidecar ended: ${started.stderr}`);
      return;
    }
    this.server = started;
    assert(!negated, 'the sidecar runs');
    const url = started.addresses.find((address) => address.startsWith('ws:'));
    if (url !== undefined) this.variables.set('URL', url);
  },

  async stop() {
    this.last = await this.server?.stop();
    this.server = undefined;
    assert.equal(this.last?.status, 0, this.last?.stderr ?? '');
    assert.doesNotMatch(this.last?.stderr ?? '', noise);
  },

  signal([name]) {
    this.server?.signal(name as NodeJS.Signals);
  },

  async told([pattern = '']) {
    assert(this.server !== undefined, 'no sidecar runs');
    await this.server.told(new RegExp(pattern, 'm'));
  },

  async terminal(words) {
    const { plain, input } = redirections(words);
    const line = [process.execPath, ferrohsm, ...plain].map((word) => `'${word}'`).join(' ');
    const place = { ...this.place, environment: { ...this.place.environment, TERM: 'xterm' } };
    const quiet = ['--quiet', '--return', '--command', line, '/dev/null'];
    const typed = this.inputBytes(input);
    this.last = typed === undefined ? run('script', quiet, place) : await runTyping('script', quiet, place, typed);
  },

  ferrohsm(words, negated) {
    const { plain, input, output, more } = redirections(words);
    this.last = run(process.execPath, [ferrohsm, ...plain], this.place, this.inputBytes(input));
    assert.equal(this.last.status !== 0, negated, `exit status ${this.last.status}: ${this.last.stderr}`);
    assert.doesNotMatch(this.last.stderr, noise);
    if (output !== undefined) writeFileSync(this.path(output), this.last.stdout);
    if (more !== undefined) appendFileSync(this.path(more), this.last.stdout);
  },

  start(words) {
    assert(this.started === undefined, 'the command that was started has not ended');
    this.started = startCommand(words, this.place);
  },

  async until([pattern = '']) {
    assert(this.started !== undefined, 'no command was started');
    await this.started.until(new RegExp(pattern, 'm'));
  },

  async end(_, negated) {
    assert(this.started !== undefined, 'no command was started');
    this.last = await this.started.end();
    this.started = undefined;
    assert.equal(this.last.status !== 0, negated, `exit status ${this.last.status}: ${this.last.stderr}`);
    assert.doesNotMatch(this.last.stderr, noise);
  },

  openssl(words, negated) {
    this.last = run('openssl', words, this.place);
    assert.equal(this.last.status !== 0, negated, `openssl: ${this.last.stderr}`);
  },

  async oracle([name = '', ...words]) {
    const ask = oracles[name];
    assert(ask !== undefined, `no such oracle: ${name}`);
    const before = process.cwd();
    process.chdir(this.folder);
    try {
      await ask(...words);
    } finally {
      process.chdir(before);
    }
  },

  status([expected]) {
    assert.equal(this.last?.status, Number(expected), this.last?.stderr ?? '');
  },

  stdout([pattern = ''], negated) {
    assertMatches(this.last?.stdout.toString() ?? '', pattern, negated);
  },

  stderr([pattern = ''], negated) {
    assertMatches(this.last?.stderr ?? '', pattern, negated);
  },

  set([name = '', pattern = '']) {
    const { stdout = '', stderr = '' } = this.last ?? {};
    const found = [stdout.toString(), stderr].map((text) => new RegExp(pattern, 'm').exec(text)?.[1]);
    const value = found[0] ?? found[1];
    assert(value !== undefined, `neither output matches ${pattern}:\n${stdout}${stderr}`);
    this.variables.set(name, value);
  },

  write([name, text = '']) {
    mkdirSync(dirname(this.path(name)), { recursive: true, mode: 0o700 });
    writeFileSync(this.path(name), text.replaceAll('\\n', '\n'), { mode: 0o600 });
  },

  append([name, text = '']) {
    appendFileSync(this.path(name), text.replaceAll('\\n', '\n'));
  },

  size([name, bytes]) {
    assert.equal(statSync(this.path(name)).size, Number(bytes));
  },

  mode([name, octal]) {
    assert.equal((statSync(this.path(name)).mode & 0o777).toString(8), String(Number(octal)));
  },

  chmod([name, octal]) {
    chmodSync(this.path(name), Number.parseInt(octal ?? '', 8));
  },

  remove([name]) {
    rmSync(this.path(name));
  },

  absent([name]) {
    assert(!existsSync(this.path(name)), `${name} exists`);
  },

  truncate([name, bytes]) {
    truncateSync(this.path(name), Number(bytes));
  },

  cmp([one, other], negated) {
    const same = readFileSync(this.path(one)).equals(readFileSync(this.path(other)));
    assert.equal(same, !negated, `${one} and ${other}`);
  },

  flip([name, offset]) {
    const bytes = readFileSync(this.path(name));
    const at = (Number(offset) + bytes.length) % bytes.length;
    bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
    writeFileSync(this.path(name), bytes);
  },
});

interface Redirections {
  input?: string;
  output?: string;
  /** Is appended to. */
  more?: string;
}

function redirections(words: readonly string[]): { plain: string[] } & Redirections {
  const plain = [...words];
  const found: Redirections = {};
  for (const [sign, name] of [
    ['<', 'input'],
    ['>', 'output'],
    ['>>', 'more'],
  ] as const) {
    const at = plain.indexOf(sign);
    const file = at < 0 ? undefined : plain.splice(at, 2)[1];
    if (file !== undefined) found[name] = file;
  }
  return { plain, ...found };
}

function assertMatches(text: string, pattern: string, negated: boolean): void {
  const matches = new RegExp(pattern, 'm').test(text);
  assert.equal(matches, !negated, `${negated ? 'matches' : 'does not match'} ${pattern}:\n${text}`);
}
