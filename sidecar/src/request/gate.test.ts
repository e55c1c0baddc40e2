import { expect, test } from 'vitest';
import { SidecarError } from '../errors.ts';
import { Gate } from './gate.ts';

const sealed = () => new SidecarError('sealed');

test('a gate that is shut lets nobody in and is empty when the last one has left', async () => {
  const gate = new Gate();
  gate.enter();
  gate.enter();
  gate.leave();
  gate.shut(sealed);
  expect(() => gate.enter()).toThrow('the sidecar is sealed');
  let isEmpty = false;
  const emptied = gate.emptied(10_000).then(() => {
    isEmpty = true;
  });
  await Promise.resolve();
  expect(isEmpty).toBe(false);
  gate.leave();
  await emptied;
  expect(isEmpty).toBe(true);
});

test('an empty gate is empty at once, and a full one is not waited for longer than told', async () => {
  const empty = new Gate();
  empty.shut(sealed);
  await empty.emptied(10_000);
  const full = new Gate();
  full.enter();
  full.shut(sealed);
  const before = performance.now();
  await full.emptied(50);
  expect(performance.now() - before).toBeGreaterThan(40);
});

test('it stays shut for the reason that it was shut for first', () => {
  const gate = new Gate();
  gate.shut(sealed);
  gate.shut(() => new SidecarError('unauthenticated'));
  expect(() => gate.enter()).toThrow('the sidecar is sealed');
});
