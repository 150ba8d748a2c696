// The first file of ours that any Node reads: in words that Node 12 knows. The loader behind it is not.
var version = process.versions.node.split('.').map(Number);

if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  // As tasks/node-version.ts says it, where the package is installed.
  process.stderr.write(
    'just-lora needs Node 20.19 or newer, and this is Node ' +
      process.versions.node +
      ' (E_NODE_OLD)\n\n' +
      'fix: `nvm install 22 && nvm use 22`, or `conda install -c conda-forge nodejs=22`, or a download of https://nodejs.org; then run the same command again\n',
  );
  process.exit(1);
}

module.exports = require('./loader');
