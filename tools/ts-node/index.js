// The first file of ours that any Node reads: in words that Node 12 knows. The loader behind it is not.
var version = process.versions.node.split('.').map(Number);

// As tasks/knowledge/node-needed.ts has it, which this Node may not be able to load; a test holds them together.
if (!(version[0] > 22 || (version[0] === 22 && version[1] >= 12) || (version[0] === 20 && version[1] >= 19))) {
  process.stderr.write(
    'just-lora needs Node 22.12 or newer, or 20.19 or newer of line 20, and this is Node ' +
      process.versions.node +
      ' (E_NODE_OLD)\n\n' +
      "fix: `nvm install 22 && nvm use 22`, or `conda install -c conda-forge 'nodejs>=22.12'`, or a download of https://nodejs.org; then run the same command again\n",
  );
  process.exit(1);
}

module.exports = require('./loader');
