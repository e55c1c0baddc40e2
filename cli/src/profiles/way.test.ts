import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { GlobalOptions } from '../global-options.ts';
import { profilesPath, readProfiles, writeProfiles } from './profile-file.ts';
import { chosenWay } from './way.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-profiles-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const far = { url: 'wss://hsm.example:7420', tokenFile: '/far.token' };
const near = { socket: '/near.sock' };

test.each<[string, GlobalOptions, NodeJS.ProcessEnv, object]>([
  ['nothing: the default profile', {}, {}, near],
  ['the environment before the default profile', {}, { FERROHSM_URL: 'ws://[::1]:1' }, { url: 'ws://[::1]:1' }],
  ['an empty variable is none', {}, { FERROHSM_SOCKET: '' }, near],
  ['a profile before the environment', { profile: 'far' }, { FERROHSM_SOCKET: '/env.sock' }, far],
  ['a profile of the environment', {}, { FERROHSM_PROFILE: 'far', FERROHSM_TOKEN_FILE: '/env.token' }, far],
  ['a socket before all', { socket: '/given.sock' }, { FERROHSM_PROFILE: 'far' }, { socket: '/given.sock' }],
  ['another token than that of the profile', { profile: 'far', tokenFile: '/t' }, {}, { ...far, tokenFile: '/t' }],
  [
    'the token of the environment',
    { url: 'ws://x' },
    { FERROHSM_TOKEN_FILE: '/e' },
    { url: 'ws://x', tokenFile: '/e' },
  ],
])('%s', (_what, options, environment, way) => {
  writeProfiles({ default: 'near', profiles: { near, far } });
  expect(chosenWay(options, environment)).toEqual(way);
});

test('without profiles there is no way: the default socket', () => {
  expect(chosenWay({}, {})).toEqual({});
});

test.each<[string, GlobalOptions, string]>([
  ['two ways', { socket: '/a', url: 'ws://b' }, '--socket and --url cannot both be given'],
  ['a profile and a way', { socket: '/a', profile: 'far' }, '--profile names a socket or URL already'],
  ['an unknown profile', { profile: 'nowhere' }, 'no profile nowhere'],
  ['a member of all objects', { profile: 'toString' }, 'no profile toString'],
])('%s is refused', (_what, options, message) => {
  expect(() => chosenWay(options, {})).toThrow(expect.objectContaining({ exitStatus: 2, message }));
});

describe('a file that does not hold profiles', () => {
  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a profile with both', JSON.stringify({ profiles: { a: { socket: '/s', url: 'ws://x' } } })],
    ['a profile with neither', JSON.stringify({ profiles: { a: {} } })],
    ['a token', JSON.stringify({ profiles: { a: { url: 'ws://x', token: 't' } } })],
    ['a default that is not there', JSON.stringify({ default: 'b', profiles: { a: near } })],
  ])('%s', (_what, text) => {
    writeProfiles({ profiles: {} });
    writeFileSync(profilesPath(), text);
    expect(() => readProfiles()).toThrow(expect.objectContaining({ exitStatus: 78 }));
  });
});
