import type { Application } from '../application/application.ts';
import type { ArgumentsOf, CallName, ResultsOf } from '../codec/calls/calls.ts';

/**
 * Answers one call. Arguments are views of the request, which is wiped when the answer has left: what is kept is copied.
 *
 * @throws CryptokiRefusal with what the application is told; FerroHsmError as the sidecar refuses
 */
export type CallHandler<N extends CallName> = (
  given: ArgumentsOf<N>,
  application: Application,
) => ResultsOf<N> | Promise<ResultsOf<N>>;

/** Handlers of some calls. */
export type CallHandlers<N extends CallName> = { readonly [Name in N]: CallHandler<Name> };
