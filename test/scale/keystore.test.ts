import { describeLargeKeystore } from '../../sidecar/src/keystore/test-conformance.ts';
import { memoryMedium, sqliteMedium } from '../../sidecar/src/keystore/test-media.ts';
import { runSize } from '../faults/run-size.ts';

// About 20 minutes and 8 GB of memory for the store that lies there.
const keys = runSize('FERROHSM_SCALE_KEYS', 1_000_000);

describeLargeKeystore('SQLite', sqliteMedium, keys);
describeLargeKeystore('memory', memoryMedium, keys);
