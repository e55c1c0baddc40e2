import assert from 'node:assert/strict';
import { ApprovalRequiredError, FerroHsmError } from '@ferrohsm/sdk/node';
import { CommanderError } from 'commander';
import { test } from 'vitest';
import { usageError } from './errors.ts';
import { describeFailure } from './failure.ts';

test('an error of the sidecar keeps message and hint, and has the exit status of the table', () => {
  const failure = describeFailure(new FerroHsmError('not_found', 'payments'));
  assert.equal(failure?.message, 'no such key, or not permitted: payments');
  assert.equal(failure?.exitStatus, 5);
  assert.match(failure?.hint ?? '', /ferrohsm key list/);
});

test('the cause of a DOMException says more than the exception', () => {
  const error = new DOMException('', 'NotAllowedError');
  Object.defineProperty(error, 'cause', { value: new FerroHsmError('approval_required') });
  assert.equal(describeFailure(error)?.exitStatus, 8);
});

test('a held operation says how to go on, and a limit when', () => {
  const held = { id: 'apr_1', digest: 'd', needed: 3, given: 1, expiresAt: 0, wait: async () => ({}) as never };
  const failure = describeFailure(new ApprovalRequiredError(held));
  assert.equal(failure?.exitStatus, 8);
  assert.match(
    failure?.hint ?? '',
    /2 approvals until 1970-01-01T00:00:00.000Z: ferrohsm approval approve apr_1 --key FILE;/,
  );
  const limited = describeFailure(new FerroHsmError('rate_limited', undefined, { facts: { retryAfterMs: 1200 } }));
  assert.equal(limited?.exitStatus, 75);
  assert.equal(limited?.hint, 'try again in 2 s');
});

test('a DOMException of the rules of WebCrypto goes by its name', () => {
  assert.equal(describeFailure(new DOMException('no', 'NotSupportedError'))?.exitStatus, 65);
  assert.equal(describeFailure(new DOMException('no', 'OperationError'))?.exitStatus, 1);
  assert.equal(describeFailure(new DOMException('no', 'InvalidAccessError'))?.exitStatus, 3);
});

test('what commander refuses is a usage error with one hint', () => {
  const error = new CommanderError(
    1,
    'commander.unknownCommand',
    "error: unknown command 'sgin'\n(Did you mean sign?)",
  );
  assert.deepEqual(describeFailure(error), {
    message: "unknown command 'sgin'",
    hint: 'did you mean sign?',
    exitStatus: 2,
  });
  assert.equal(describeFailure(new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)')), undefined);
  assert.equal(describeFailure(usageError('no'))?.exitStatus, 2);
});

test('what nobody expected is a defect, never a stack', () => {
  const failure = describeFailure(new RangeError('boom'));
  assert.equal(failure?.exitStatus, 70);
  assert.equal(failure?.message, 'failed inside: boom');
});

test('a value that is near to one of the choices is told it, any other one where to look', () => {
  const choices = "option '--state <state>' argument 'pendng' is invalid. Allowed choices are pending, approved.";
  const near = new CommanderError(1, 'commander.invalidArgument', `error: ${choices}`);
  assert.equal(describeFailure(near)?.hint, 'did you mean pending?');
  const far = new CommanderError(1, 'commander.invalidArgument', `error: ${choices.replace('pendng', 'x')}`);
  assert.equal(describeFailure(far, 'ferrohsm approval list')?.hint, 'see: ferrohsm approval list --help');
});
