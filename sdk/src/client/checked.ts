import type { MethodName, MethodTypes, SessionRehearseResult, SystemHelloResult } from '../generated/types.ts';
import { encodeBase64url } from './base64url.ts';
import { methodTraits, type Place } from './method-traits.ts';
import type { Rpc } from './rpc.ts';

/** An operation that changes state or releases secrets, before it is sent. */
export interface PlannedChange {
  readonly method: MethodName;
  /** In place of a secret, as many zeros. */
  readonly params: Readonly<Record<string, unknown>>;
  /**
   * Asks the sidecar what would become of it; nothing of it happens. Secrets stay here.
   *
   * @throws FerroHsmError as the operation would be refused
   */
  rehearse(): Promise<SessionRehearseResult>;
}

/** The way to a sidecar on which every change is shown to somebody before it is sent. */
export class CheckedRpc implements Rpc {
  readonly #rpc: Rpc;
  readonly #beforeChange: (change: PlannedChange) => Promise<void>;

  constructor(rpc: Rpc, beforeChange: (change: PlannedChange) => Promise<void>) {
    this.#rpc = rpc;
    this.#beforeChange = beforeChange;
  }

  get sessionNumber(): number {
    return this.#rpc.sessionNumber;
  }

  get hello(): SystemHelloResult {
    return this.#rpc.hello;
  }

  async call<M extends MethodName>(method: M, params: MethodTypes[M]['params']): Promise<MethodTypes[M]['result']> {
    const traits = methodTraits(method);
    if (traits.effect !== undefined) {
      const shown = withoutSecrets(params, traits.params) as PlannedChange['params'];
      const rehearse = () => this.#rpc.call('session.rehearse', { method, params: asJson(shown) as object });
      await this.#beforeChange({ method, params: shown, rehearse });
    }
    return this.#rpc.call(method, params);
  }

  close(): Promise<void> {
    return this.#rpc.close();
  }
}

/** A copy with zeros where there are secrets, so that nobody who looks at it learns one. */
function withoutSecrets(value: unknown, place: Place | undefined): unknown {
  if (value instanceof Uint8Array) return place === 'secret' ? new Uint8Array(value.length) : value;
  // Base64url of a caller that brought its own.
  if (typeof value === 'string') return place === 'secret' ? 'A'.repeat(value.length) : value;
  const within = (name: string) => (place instanceof Map ? (place.get(name) ?? place.get('*')) : undefined);
  return eachMember(value, (member, name) => withoutSecrets(member, within(name)));
}

/** Below the params of a call bytes are text. */
function asJson(value: unknown): unknown {
  return value instanceof Uint8Array ? encodeBase64url(value) : eachMember(value, asJson);
}

function eachMember(value: unknown, copy: (member: unknown, name: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => copy(element, '*'));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member, name)]));
}
