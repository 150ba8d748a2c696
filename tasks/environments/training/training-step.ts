import type { Step } from '../../engine/step';
import { condaStep } from '../conda/conda-step';
import { chooseEngine, type Engine } from './engine';
import { venvEngineStep } from './venv-engine-step';

const [name, title] = ['env:remote', 'Make the training environment'];

/** The training environment, by whichever engine fits this machine. */
export const environmentOfRemote: Step<ByEngine> = {
  name,
  title,
  async check(context, depth, tell, before) {
    const { engine, why } = await chooseEngine(context);
    const { seen, ...finding } = await byEngine[engine].check(context, depth, tell, before?.engine === engine ? before.seen : undefined);
    const found = finding.state === 'done' ? finding.found : `${finding.found} (engine ${engine}: ${why})`;
    return { ...finding, found, ...(seen === undefined ? {} : { seen: { engine, seen } }) };
  },
  plan: async (context, by) => (by && (await byEngine[by.engine].plan?.(context, by.seen))) ?? [],
};

/** Which engine looked, and what it saw. */
interface ByEngine {
  engine: Engine;
  seen: unknown;
}

const byEngine: Readonly<Record<Engine, Step>> = { conda: condaStep(name, title), venv: venvEngineStep(name, title) };
