import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProgram } from '../../cli/src/program.ts';
import { dryRuns } from './dry-runs.ts';
import { parseScript } from './script.ts';
import { World } from './world.ts';

type Program = ReturnType<typeof createProgram>;

const schemas = new URL('../../schemas/methods/', import.meta.url);
/** The methods that change state or release secrets, by their own declarations. */
const changes = globSync('*.json', { cwd: schemas })
  .map((name) => JSON.parse(readFileSync(new URL(name, schemas), 'utf8')) as { method: string; effect: string })
  .filter(({ effect }) => effect !== 'pure')
  .map(({ method }) => method);

/** WebCrypto's and PKCS#11's own, which no command calls but `call`. */
const ofApplications = ['subtle.exportKey', 'subtle.wrapKey', 'pkcs11Objects.create', 'pkcs11Objects.update'];
/** They have no place in a batch. */
const alone = ['init', 'witness create-key'];

const ceremony = 'ferrohsm init --config config --custodian alice:$UID --custodian bob --yes';
const setUp = `
ferrohsm init --config shared --shares 2/3 --shares-folder shares --yes
ferrohsm backup create-key --out backup.key > backup.json
ferrohsm approver create --out second.key > custodians/alice.pub
ferrohsm token create --out some.invitation
set DIGEST '(\\S+)'
openssl genpkey -algorithm ED25519 -out brought.pem
ferrohsm profile set here --socket s.sock
write params.json '{"name":"signing"}'
write object.json '{"kind":"data","attributes":[]}'
serve --websocket 127.0.0.1:0 --backup-folder backups
write keys.batch 'key create signing --algorithm Ed25519\\nkey create inactive --algorithm Ed25519 --inactive\\nkey create old --algorithm Ed25519\\nkey deactivate old --yes\\nkey create ending --algorithm Ed25519\\nkey deactivate ending --yes\\nkey create suspended --algorithm Ed25519\\nkey suspend suspended\\nkey create held --algorithm Ed25519\\nkey hold held --reason case\\n'
ferrohsm batch keys.batch
! ferrohsm key destroy ending --yes
set ID '(apr_[A-Za-z0-9_-]+)'
ferrohsm approval approve $ID --key custodians/bob.key --yes --url $URL --token-file custodians/bob.token
ferrohsm key destroy ending --yes
! ferrohsm backup create --recipient backup.json
set ID '(apr_[A-Za-z0-9_-]+)'
ferrohsm approval approve $ID --key custodians/bob.key --yes --url $URL --token-file custodians/bob.token
ferrohsm backup create --recipient backup.json --json
set BACKUP '"file": "([^"]+)"'
ferrohsm backup restore backups/$BACKUP --recipient-key backup.key --state other/state --config config --plan request.json --requester alice --reason fire
ferrohsm principal show alice --json --output alice.json
ferrohsm principal show bob
set KEY_ID '^approval key +(\\S+)'
ferrohsm call pkcs11Objects.create object.json
set OBJECT '(obj_\\S{22})'
ferrohsm session list
set SESSION '(ssn_\\S+)'
! ferrohsm key export signing --format pkcs8 --out signing.p8
set APPROVAL '(apr_[A-Za-z0-9_-]+)'
`;

const world = new World();

async function play(script: string): Promise<void> {
  for (const line of parseScript(script)) await world.play(line);
}

/** Emergencies are for operators. */
function makeAliceOperator(): void {
  const file = join(world.folder, 'config', 'principals.json');
  const written = readFileSync(file, 'utf8');
  const changed = written.replace('"Administrator"', '"Administrator", "Operator"');
  expect(changed).not.toBe(written);
  writeFileSync(file, changed);
}

beforeAll(async () => {
  await play(ceremony);
  makeAliceOperator();
  await play(setUp);
}, 240_000);
afterAll(() => world.end());

function commandsWithDryRun(command: Program, above: readonly string[] = []): string[] {
  return command.commands.flatMap((each) => {
    const path = [...above, each.name()];
    const has = each.commands.length === 0 && each.options.some(({ long }) => long === '--dry-run');
    return [...(has ? [path.join(' ')] : []), ...commandsWithDryRun(each, path)];
  });
}

/** JSON values one after the other. */
function documents(text: string): Record<string, unknown>[] {
  return text.split(/(?<=^\})\n(?=\{)/m).map((document) => JSON.parse(document));
}

/** What a dry run must leave as it is: the store's authenticated root, the files, and what the log says was changed. */
async function condition() {
  await play('ferrohsm keystore verify --json');
  const { root } = JSON.parse(world.last?.stdout.toString() ?? '');
  expect(root).toMatch(/^[0-9a-f]{64}$/);
  // The files of the log hold what a checkpoint covers, which otherwise takes about a second.
  await play('ferrohsm audit checkpoint');
  await play('ferrohsm audit grep --log state/log --json');
  const records = (world.last?.stdout.toString() ?? '').trim().split('\n');
  const intents = records.map((record) => JSON.parse(record).record).filter(({ phase }) => phase !== 'use');
  const files = globSync('**/*', { cwd: world.folder }).filter((name) => !name.startsWith('state/'));
  return { root, intents, files: files.toSorted() };
}

test('there is a line for every command that changes something', () => {
  const { batch: _, ...lines } = Object.fromEntries(commandsWithDryRun(createProgram()).map((path) => [path, true]));
  expect(Object.keys(dryRuns).toSorted()).toEqual(Object.keys(lines).toSorted());
});

test('each says what it would do, and nothing of it happens', { timeout: 240_000 }, async () => {
  const lineOf = (path: string) => `${path} ${dryRuns[path]} --dry-run --json`;
  const batched = Object.keys(dryRuns).filter((path) => !alone.includes(path));
  const text = batched.map(lineOf).join('\n');
  await world.play({ number: 0, negated: false, verb: 'write', words: ['dry.batch', text] });
  const before = await condition();
  await play('ferrohsm batch dry.batch');
  const planned = documents(world.last?.stdout.toString() ?? '');
  for (const path of alone) {
    await play(`ferrohsm ${lineOf(path)}`);
    planned.push(...documents(world.last?.stdout.toString() ?? ''));
  }
  expect(planned.map((each, at) => [[...batched, ...alone][at], each.dryRun])).toEqual(
    [...batched, ...alone].map((path) => [path, true]),
  );
  const methods = planned.flatMap(({ method }) => (method === undefined ? [] : [method]));
  expect(new Set([...methods, ...ofApplications])).toEqual(new Set(changes));
  expect(await condition()).toEqual(before);
});
