/** Where an example's setup may write before the sidecar starts. */
export interface ExampleFolders {
  /** Holds everything else, and is removed after the example. */
  readonly root: string;
  /** Configuration of the sidecar; is not there yet. */
  readonly config: string;
  /** Program of `ferrohsm`, for Node. */
  readonly command: string;
}

/** What `setUp` in `examples/<name>.setup.ts` gives, for an example that needs more than a sidecar under one uid. */
export interface ExampleSetup {
  /** For `ferrohsm serve`. */
  readonly serveArguments: readonly string[];
  /** For the example; FERROHSM_URL and FERROHSM_REST are added where the sidecar has a WebSocket or REST over TCP. */
  readonly environment: Readonly<Record<string, string>>;
}
