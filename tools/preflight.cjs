'use strict';

// Falling back to a Node without post-quantum crypto is silent, so look before anything else runs.
const crypto = require('node:crypto');

if (typeof crypto.createMac !== 'function') {
  console.error(
    `ferrohsm: error: needs Node 26.9 or later, but this is ${process.version} (${process.platform}-${process.arch})`,
  );
  console.error('ferrohsm: hint: run through npm (npm test), after npm ci without --omit=optional, or install Node 26');
  process.exitCode = 78;
}
