// `npm run wheels`: asks the package index for which Pythons it has wheels of the pinned libraries of the data work, and prints the
// table of tasks/knowledge/local-wheels.ts, by the index that is set for pip and uv, or that they name themselves.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fetching } from '../tasks/environments/python/outside';
import { indexesIn, pageOf } from '../tasks/environments/python/package-index/indexes';
import { localEnvironment } from '../tasks/environments/venv/definition';
import { pinsOf } from '../tasks/environments/venv/lock/pins';
import { usualIndex } from '../tasks/environments/venv/usual-index';
import { contextWith } from '../tests/support/context';

async function main(): Promise<void> {
  const context = contextWith({});
  const [index = ''] = await indexesIn({ ...process.env, ...fetching(context).env }, () => usualIndex(context, localEnvironment(context)));
  const text = fs.readFileSync(path.resolve(__dirname, '..', 'requirements-local.txt'), 'utf8');
  for (const { name, version = '' } of pinsOf(text)) {
    const answer = await fetch(pageOf(index, name), { headers: { Accept: 'application/vnd.pypi.simple.v1+json' } });
    const { files } = (await answer.json()) as { files: { filename: string }[] };
    const tags = files.flatMap(({ filename }) => {
      // A wheel's name, from its end: platform, ABI, Python (PEP 427).
      const [platform = '', , python = ''] = filename
        .replace(/\.whl$/, '')
        .split('-')
        .reverse();
      const isOfVersion = filename.endsWith('.whl') && filename.split('-')[1] === version;
      return isOfVersion && /^any$|manylinux.*x86_64/.test(platform) ? [python] : [];
    });
    const minors = tags.flatMap((tag) => (/^cp3(\d+)$/.exec(tag)?.[1] ? [Number(tag.slice(3))] : [])).sort((one, other) => one - other);
    const has = tags.some((tag) => tag.includes('py3'))
      ? `'any'`
      : minors.length > 0
        ? `[${minors.map((minor) => `'3.${minor}'`).join(', ')}]`
        : `'source'`;
    process.stdout.write(`  '${name}==${version}': ${has},\n`);
  }
}

void main();
