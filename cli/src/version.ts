import manifest from '../package.json' with { type: 'json' };

/** Version of the command and of the sidecar that it serves. */
export const version: string = manifest.version;
