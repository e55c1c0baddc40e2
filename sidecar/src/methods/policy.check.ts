import { hash } from 'node:crypto';
import type { PolicyEngine } from '../policy/engine.ts';
import type { Handler } from '../request/context.ts';

export function createPolicyCheck(engine: PolicyEngine): Handler<'policy.check'> {
  return async ({ text }) => ({
    findings: engine.check(text).map((finding) => ({ ...finding })),
    sha256: hash('sha256', text, 'base64url'),
  });
}
