import { some } from '../../common/format';
import type { LayerFault } from '../layer';
import type { ModelShape } from './memory-layer';
import { expandTargets, unknownTargets } from './target-modules';

/**
 * E_TARGET_MODULES: `lora.target_modules` names what a model does not have. peft trains the layers that it finds and
 * says nothing of the others. A model of no known shape is not judged.
 */
export function targetsFault(models: readonly ModelShape[], targets: readonly string[]): LayerFault | undefined {
  for (const { name, shape } of models) {
    const unknown = shape ? unknownTargets(shape, targets) : [];
    if (unknown.length === 0) continue;
    const texts = unknown.map((one) => `\`${one.name}\`${one.meant ? ` (did you mean \`${one.meant}\`?)` : ''}`);
    const right = expandTargets(targets.map((target) => unknown.find((one) => one.name === target)?.meant ?? target));
    const left = right.filter((target) => !unknown.some((one) => one.name === target && !one.meant));
    return {
      code: 'E_TARGET_MODULES',
      found: `\`training.lora.target_modules\` names what is no linear layer of ${name}: ${some(texts)}`,
      needed: 'names of its linear layers: peft trains those that it finds and says nothing of the others',
      fix: `\`target_modules: [${(left.length > 0 ? left : ['all-linear']).join(', ')}]\` under \`lora:\` in configs/training_config.yaml`,
    };
  }
  return undefined;
}
