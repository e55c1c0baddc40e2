import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

/** The installed Chromium, or the one that FERROHSM_CHROMIUM names. */
export const chromium = process.env.FERROHSM_CHROMIUM || findInPath(['chromium', 'chromium-browser', 'google-chrome']);

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--no-first-run', '--remote-debugging-port=0'],
];

interface Answer {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

/** A page in a Chromium of its own, driven by the DevTools protocol, with a virtual authenticator (WebAuthn domain). */
export class ChromiumPage {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;
  #session = '';

  static async open(program: string, address: string): Promise<ChromiumPage> {
    const profile = mkdtempSync(join(tmpdir(), 'ferrohsm-chromium-'));
    const browser = spawn(program, [...quiet, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const socket = new WebSocket(await debuggingAddress(browser));
    await once(socket, 'open');
    const page = new ChromiumPage(browser, profile, socket);
    await page.#attach();
    await page.visit(address);
    return page;
  }

  private constructor(browser: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = browser;
    this.#profile = profile;
    this.#socket = socket;
    socket.on('message', (message: Buffer) => {
      const answer = JSON.parse(message.toString()) as Answer;
      this.#waiting.get(answer.id ?? 0)?.(answer);
    });
  }

  /** Goes to a page and waits until it is there. */
  async visit(address: string): Promise<void> {
    await this.send('Page.navigate', { url: address });
    while ((await this.evaluate('location.href + document.readyState')) !== `${address}complete`);
  }

  /** A built-in authenticator whose user is there and unlocks it whenever the page asks for that. */
  async addAuthenticator(): Promise<void> {
    await this.send('WebAuthn.enable', {});
    const kind = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true };
    const user = { isUserVerified: true, automaticPresenceSimulation: true };
    await this.send('WebAuthn.addVirtualAuthenticator', { options: { ...kind, ...user } });
  }

  /** The value of an expression; a promise is waited for. */
  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', params)) as unknown as Evaluated;
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  async send(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    const { result, error } = await promise;
    this.#waiting.delete(id);
    if (result === undefined) throw new Error(`${method}: ${error?.message}`);
    return result;
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#session = '';
    await this.send('Browser.close', {});
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #attach(): Promise<void> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId as string;
  }
}

/** What it says on standard error once it can be driven. */
async function debuggingAddress(browser: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: browser.stderr as NodeJS.ReadableStream })) {
    const [, address] = /^DevTools listening on (ws:\S+)$/.exec(line) ?? [];
    if (address === undefined) continue;
    browser.stderr?.resume();
    return address;
  }
  throw new Error('Chromium did not start');
}

function findInPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}
