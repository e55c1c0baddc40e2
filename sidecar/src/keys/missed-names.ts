/** Names that are kept apart; beyond them, every name counts. */
const mostNames = 10_000;

/**
 * Names that requests were decided about while no key had them. Only a new key of such a name can make a decision wrong: no
 * other was about it.
 */
export class MissedNames {
  readonly #names = new Set<string>();

  add(name: string): void {
    if (this.#names.size < mostNames) this.#names.add(name);
  }

  /** Whether a request may have been decided about the name. When so, all are to be decided anew, and all are forgotten. */
  take(name: string): boolean {
    if (this.#names.size < mostNames && !this.#names.has(name)) return false;
    this.#names.clear();
    return true;
  }
}
