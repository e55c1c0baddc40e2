import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LineDraft } from './line-draft.ts';

let folder = '';
let path = '';
let output = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-draft-'));
  path = join(folder, 'out.rewrap');
  output = join(folder, 'out');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Begins one with a line in it. */
function begun(): LineDraft {
  const draft = LineDraft.begin(path, 0o600);
  draft.append(Buffer.from('new\n'));
  return draft;
}

const isRoot = process.geteuid?.() === 0;

describe('what it replaces', () => {
  test('leaves its mode behind, whatever the umask is', async () => {
    writeFileSync(output, 'old\n');
    chmodSync(output, 0o666);
    using draft = begun();
    await draft.finish(output, true, statSync(output));
    expect(readFileSync(output, 'utf8')).toBe('new\n');
    expect(statSync(output).mode & 0o7777).toBe(0o666);
    expect(existsSync(path)).toBe(false);
  });

  test.runIf(isRoot)('leaves its owner and group behind, and bits that a change of the owner takes away', async () => {
    writeFileSync(output, 'old\n');
    chownSync(output, 1234, 5678);
    chmodSync(output, 0o2640);
    using draft = begun();
    await draft.finish(output, true, statSync(output));
    const { uid, gid, mode } = statSync(output);
    expect([uid, gid, mode & 0o7777]).toEqual([1234, 5678, 0o2640]);
  });

  test('is not replaced without force, also when it appeared meanwhile', async () => {
    using draft = begun();
    writeFileSync(output, 'of somebody else');
    await expect(draft.finish(output, false, undefined)).rejects.toMatchObject({ exitStatus: 73 });
    expect(readFileSync(output, 'utf8')).toBe('of somebody else');
  });
});

describe('what lies in its place', () => {
  test('and is a link is neither followed nor removed', () => {
    const precious = join(folder, 'precious');
    writeFileSync(precious, 'precious');
    symlinkSync(precious, path);
    expect(LineDraft.resume(path, 0)).toBeUndefined();
    expect(() => LineDraft.begin(path, 0o600)).toThrow(expect.objectContaining({ exitStatus: 73 }));
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  test.runIf(isRoot)('and is of somebody else is neither gone on with nor removed', () => {
    writeFileSync(path, 'planted\n');
    chownSync(path, 1234, 1234);
    expect(LineDraft.resume(path, 4)).toBeUndefined();
    expect(() => LineDraft.begin(path, 0o600)).toThrow('is not a file of yours');
    expect(readFileSync(path, 'utf8')).toBe('planted\n');
  });

  test('is gone on with: what counts stays, the rest is cut off', async () => {
    writeFileSync(path, 'one\ntw');
    using draft = LineDraft.resume(path, 4);
    draft?.append(Buffer.from('two\n'));
    await draft?.finish(output, false, undefined);
    expect(readFileSync(output, 'utf8')).toBe('one\ntwo\n');
  });

  test('and is shorter than what counts is not gone on with', () => {
    writeFileSync(path, 'one');
    expect(LineDraft.resume(path, 4)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('one');
  });

  test('and was finished before a crash is let go, never written to', () => {
    writeFileSync(path, 'one\ntwo\n');
    linkSync(path, output);
    expect(LineDraft.resume(path, 4)).toBeUndefined();
    using draft = LineDraft.begin(path, 0o600);
    draft.append(Buffer.from('x\n'));
    expect(readFileSync(output, 'utf8')).toBe('one\ntwo\n');
  });
});
