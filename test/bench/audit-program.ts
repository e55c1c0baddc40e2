import { parseArgs } from 'node:util';
import { defaultSocketName, startSidecar } from '../../sidecar/src/index.ts';

/**
 * `audit-program serve --json --state S --config C --socket P --root-key F`: the sidecar from its source files, with
 * whatever was loaded before it. `ferrohsm serve` refuses to hold keys in such a process, as it must.
 */
const place = { type: 'string', default: '' } as const;
const { values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, state: place, config: place, socket: place, 'root-key': place },
});

const sidecar = await startSidecar({
  stateFolder: values.state,
  configFolder: values.config,
  sockets: [{ path: values.socket, name: defaultSocketName }],
  rootKey: { kind: 'key-file', path: values['root-key'] },
  onError: (error) => console.error(error),
  onStorageFailure: (error) => {
    console.error(error);
    process.exit(1);
  },
});
process.once('SIGTERM', () => void sidecar.close());
console.log(JSON.stringify({ addresses: sidecar.addresses }, null, 2));
