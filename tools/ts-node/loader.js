// just loads `just.config.ts` through whatever `ts-node` resolves to, and calls its `register()`.
// The real ts-node loads the whole TypeScript compiler on every start; this one keeps what the
// compiler said, by content, and loads it only for a file that it has not seen.

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');
const cache = path.join(root, 'node_modules', '.cache', 'just-lora-typescript');
const compilerOptions = {
  target: 'es2022',
  module: 'commonjs',
  esModuleInterop: true,
  // Node reads a map at each start; what counts the lines that were run needs it.
  inlineSourceMap: process.env.NODE_V8_COVERAGE !== undefined,
};
let salt;

// What the compiler says depends on the name of a file, not on its folder: copies of a checkout share it.
function key(source, filename) {
  salt ??= JSON.stringify([
    compilerOptions,
    fs.readFileSync(path.join(root, 'node_modules/typescript/package.json'), 'utf8').match(/"version": "(.*?)"/)?.[1],
  ]);
  return createHash('sha1').update(salt).update(path.basename(filename)).update('\0').update(source).digest('hex');
}

function compile(source, fileName) {
  const typescript = require('typescript');
  return typescript.transpileModule(source, { compilerOptions, fileName }).outputText;
}

/** The JavaScript of a TypeScript file: from the cache where these very bytes were compiled before. */
function translate(source, filename) {
  const file = path.join(cache, `${key(source, filename)}.js`);
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    const output = compile(source, filename);
    try {
      fs.mkdirSync(cache, { recursive: true });
      const temporary = `${file}.${process.pid}`;
      fs.writeFileSync(temporary, output);
      fs.renameSync(temporary, file);
    } catch {
      // A read-only checkout compiles each time: slower, and correct.
    }
    return output;
  }
}

exports.translate = translate;

/**
 * Node tries five names for what a file of ours imports: it is mostly the one with `.ts`, also where one with `.js` lies beside it.
 * What is a link, or lies behind one, is Node's to find: the same file must not be loaded under two names.
 */
function resolveOursFirst() {
  const resolve = Module._resolveFilename;
  const folders = new Map();
  const isReal = (folder) => {
    if (!folders.has(folder)) folders.set(folder, fs.existsSync(folder) && fs.realpathSync.native(folder) === folder);
    return folders.get(folder);
  };
  Module._resolveFilename = (request, parent, isMain, options) => {
    if (/^\.\.?\/.*[^/.]$/.test(request) && options?.paths === undefined && parent?.filename?.endsWith('.ts')) {
      const file = `${path.resolve(path.dirname(parent.filename), request)}.ts`;
      const isThere = () => isReal(path.dirname(file)) && fs.lstatSync(file, { throwIfNoEntry: false })?.isFile();
      if (Module._cache[file] || isThere()) return file;
    }
    return resolve(request, parent, isMain, options);
  };
}

/** Teaches `require` TypeScript. The options that just passes are ts-node's and are not needed. */
exports.register = () => {
  if (require.extensions['.ts']) return;
  // Node 22 keeps V8's bytecode too, which spares most of the time that loading a library takes.
  Module.enableCompileCache?.(path.join(root, 'node_modules', '.cache', 'just-lora-v8'));
  resolveOursFirst();
  require.extensions['.ts'] = (module, filename) => module._compile(translate(fs.readFileSync(filename, 'utf8'), filename), filename);
};
