import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';

/** Writes the list of docs/API.md: what the package exports, with its types and what the sources say of it. `npm run api` */
const root = path.join(__dirname, '..');
const page = path.join(root, 'docs', 'API.md');
const [begin, end] = ['<!-- list: npm run api -->\n', '<!-- end of list -->'];

const printer = ts.createPrinter({ removeComments: false });

/** Every export as Markdown, tasks first, then the functions and types to make own ones with. */
function list(): string {
  const entry = path.join(root, 'tasks', 'index.ts');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([entry], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile) as ts.Symbol;
  const symbols = checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const isTask = ({ name }: ts.Symbol) => name.endsWith('Task') && !['setupTask', 'defineTask', 'LoraTask'].includes(name);
  const part = (title: string, some: readonly ts.Symbol[]) =>
    [`## ${title}`, '', ...some.map((symbol) => entryOf(symbol, checker))].join('\n');
  return [
    part('The tasks', symbols.filter(isTask)),
    part(
      'Putting tasks together, and writing own ones',
      symbols.filter((symbol) => !isTask(symbol)),
    ),
  ].join('\n');
}

function entryOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const said = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const tags = symbol
    .getJsDocTags(checker)
    .map(({ name, text }) => `\`@${name}\` ${ts.displayPartsToString(text)}`)
    .map((line) => `${line}  `);
  const code = (symbol.declarations ?? []).map((declaration) => signatureOf(declaration, symbol, checker)).join('\n');
  return [`### ${symbol.name}`, '', '```ts', code, '```', '', ...(said ? [said, ''] : []), ...(tags.length > 0 ? [...tags, ''] : [])].join(
    '\n',
  );
}

/** A declaration without its body and without what is private. */
function signatureOf(declaration: ts.Declaration, symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const source = declaration.getSourceFile();
  // What is said of the whole stands below; two spaces, as everywhere.
  const print = (node: ts.Node) =>
    printer
      .printNode(ts.EmitHint.Unspecified, node, source)
      .replace(/^\/\*\*[\s\S]*?\*\/\n/, '')
      .replace(/^export /, '')
      .replace(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2));
  if (ts.isFunctionDeclaration(declaration)) {
    const { name, typeParameters, parameters, type } = declaration;
    return print(ts.factory.createFunctionDeclaration(undefined, undefined, name, typeParameters, parameters, type, undefined));
  }
  if (ts.isVariableDeclaration(declaration)) return `const ${symbol.name}: ${checker.typeToString(checker.getTypeAtLocation(declaration))}`;
  if (ts.isClassDeclaration(declaration)) {
    const members = declaration.members.flatMap((member): ts.ClassElement[] => {
      if (ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) return [];
      if (ts.isConstructorDeclaration(member))
        return [ts.factory.updateConstructorDeclaration(member, undefined, member.parameters, undefined)];
      return ts.isPropertyDeclaration(member) ? [member] : [];
    });
    return print(
      ts.factory.updateClassDeclaration(declaration, undefined, declaration.name, undefined, declaration.heritageClauses, members),
    );
  }
  return print(declaration);
}

/** The page with its list made anew. */
export function pageWithList(text: string): string {
  const [before = '', rest = ''] = text.split(begin);
  return `${before}${begin}\n${list()}\n${end}${rest.split(end)[1] ?? ''}`;
}

if (require.main === module) fs.writeFileSync(page, pageWithList(fs.readFileSync(page, 'utf8')));
