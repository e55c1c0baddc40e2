import type { FerroHsm, ViewOptions } from '@ferrohsm/sdk/node';

/** The same connection, on which each operation is looked at so, in every view of it. */
export function viewedSidecar(sidecar: FerroHsm, own: ViewOptions): FerroHsm {
  return {
    ...sidecar.with(own),
    // A command inside an emergency session keeps its own.
    with: (view) => sidecar.with({ ...own, ...view }),
    get hello() {
      return sidecar.hello;
    },
    close: () => sidecar.close(),
    [Symbol.asyncDispose]: () => sidecar.close(),
  };
}
