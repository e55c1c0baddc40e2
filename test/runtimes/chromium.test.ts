import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LiveSidecar, writeConfig } from '../end-to-end/live-sidecar.ts';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import { confirm, type Results } from './evidence.ts';
import { PageServer } from './page-server.ts';

const program = process.env.FERROHSM_CHROMIUM || findInPath(['chromium', 'chromium-browser', 'google-chrome']);
const artifacts = join(import.meta.dirname, '../artifacts');
const screenshot = join(artifacts, 'chromium.png');

// It talks to nobody but the page's server and the sidecar.
const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

let server: PageServer;
let sidecar: LiveSidecar;
const profile = mkdtempSync(join(tmpdir(), 'ferrohsm-chromium-'));

beforeAll(async () => {
  server = await PageServer.start();
  sidecar = new LiveSidecar(['--websocket', '127.0.0.1:0', '--allow-origin', server.origin]);
  writeConfig(sidecar.folders, 'principals.json', principalsFile({ browser: ['Officer', 'Operator'] }));
  await sidecar.start();
});
afterAll(async () => {
  server.close();
  await sidecar.discard();
  rmSync(profile, { recursive: true, force: true });
});

function findInPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** The page as it is once its load event has fired; a picture of it is taken, too. */
async function visit(browser: string, place: Readonly<Record<string, string>>): Promise<string> {
  const words = [...quiet, `--user-data-dir=${profile}`, '--window-size=1000,1600', `--screenshot=${screenshot}`];
  const address = `${server.origin}/#${new URLSearchParams(place)}`;
  const { stdout } = await promisify(execFile)(browser, [...words, '--dump-dom', address], {
    maxBuffer: 1 << 24,
    timeout: 50_000,
  });
  return stdout;
}

function resultsIn(page: string): Results {
  const text = /<pre id="results">(.*?)<\/pre>/s.exec(page)?.[1] ?? '';
  return JSON.parse(text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')) as Results;
}

test('Chromium over WebSocket', async ({ skip }) => {
  if (program === undefined) return skip('no Chromium in PATH: install one, or name it as FERROHSM_CHROMIUM');
  mkdirSync(artifacts, { recursive: true });
  rmSync(screenshot, { force: true });
  const place = { url: sidecar.process.url as string, token: tokenOf('browser'), prefix: 'chromium' };
  const page = await visit(program, place);
  await confirm(resultsIn(page));
  expect(statSync(screenshot).size).toBeGreaterThan(1000);
});
