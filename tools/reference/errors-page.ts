import type { ErrorEntry, Schemas } from '../generate/schemas.ts';
import { markdownBanner } from './markdown-banner.ts';
import { code, sentence, table } from './table.ts';

const introduction = `# Errors

One table for every dialect. A refusal carries the same code everywhere: \`error.data.code\` of JSON-RPC, \`code\` of a problem over [REST](../rest.md#refusals), \`FerroHsmError.code\` in the SDK; the command tells its text and hint. The code is stable; number, status and text follow from it. A message names what was refused; the hint is the next step.

- *WebCrypto*: the name of the DOMException that \`hsm.subtle\` rejects with, or TypeError; its \`cause\` is the \`FerroHsmError\`.
- *exit*: the exit status of \`ferrohsm\`, as \`ferrohsm help exit-status\` explains them.
- *retry*: the same call may succeed later; over REST the answer says when (\`Retry-After\`).
- \`not_found\` and \`permission_denied\` look the same to whoever may not see the key.
`;

/** `docs/reference/errors.md`: what each code is in every dialect, what it means, and what to do. */
export function errorsPage({ errors }: Schemas): string {
  const byNumber = errors.toSorted((left, right) => right.number - left.number);
  const dialects = table(['code', 'number', 'HTTP', 'PKCS#11', 'WebCrypto', 'exit', 'retry'], byNumber.map(dialectRow));
  const meanings = table(
    ['code', 'means', 'what to do'],
    byNumber.map(({ code: name, message, hint }) => [code(name), sentence(message), sentence(hint)]),
  );
  return `${markdownBanner}${introduction}
## What to do

${meanings}

## In each dialect

${dialects}
`;
}

function dialectRow({ code: name, number, http, ckr, dom, exitStatus, retryable }: ErrorEntry): string[] {
  return [code(name), String(number), String(http), code(ckr), dom, String(exitStatus), retryable ? 'yes' : ''];
}
