/** The oldest Node whose language and libraries this package is written for: `engines` of package.json. */
const oldest = [20, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Before anything else is loaded: an older Node stops at the first word that it does not know, and shows a stack.
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  const code = 'E_NODE_OLD';
  process.stderr.write(
    `just-lora needs Node ${oldest.join('.')} or newer, and this is Node ${process.versions.node} (${code})\n\nfix: \`nvm install 22 && nvm use 22\`, or \`conda install -c conda-forge nodejs=22\`, or a download of https://nodejs.org; then run the same command again\n`,
  );
  process.exit(1);
}
