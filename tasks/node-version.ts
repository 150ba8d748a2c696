import { isNodeNewEnough, nodeNeeded } from './knowledge/node-needed';

// Before anything else is loaded: an older Node stops at the first word, or library, that it does not know, and shows a stack.
if (!isNodeNewEnough(process.versions.node)) {
  const code = 'E_NODE_OLD';
  process.stderr.write(
    `just-lora needs ${nodeNeeded}, and this is Node ${process.versions.node} (${code})\n\nfix: \`nvm install 22 && nvm use 22\`, or \`conda install -c conda-forge 'nodejs>=22.12'\`, or a download of https://nodejs.org; then run the same command again\n`,
  );
  process.exit(1);
}
