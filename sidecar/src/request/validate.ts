import { SidecarError } from '../errors.ts';
import { paramValidators } from '../generated/validators.js';
import { decodeBytes } from './byte-fields.ts';
import type { Call } from './context.ts';

/** The params, once they fit the method's schema and every byte field is decoded. */
export function validate(call: Call): object {
  const given = call.params === undefined ? {} : call.params;
  const fits = paramValidators[call.method];
  if (!fits(given)) throw new SidecarError('invalid_params', misfit(fits.errors?.[0]));
  const params = given as object;
  decodeBytes(params, call.traits.paramBytes, call.attachments);
  return params;
}

interface Misfit {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function misfit(error: Misfit | undefined): string {
  if (error === undefined) return 'not an object';
  const extra = error.params.additionalProperty;
  return `${error.instancePath || 'params'} ${error.message ?? 'is not valid'}${typeof extra === 'string' ? ` ("${extra.slice(0, 64)}")` : ''}`;
}
