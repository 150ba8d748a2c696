import { some } from '../../common/format';
import { families } from '../../knowledge/known-models';
import type { LayerFault } from '../layer';
import type { ModelShape } from './memory-layer';
import { everyLinear, expandTargets, unknownTargets } from './target-modules';

/**
 * E_TARGET_MODULES: `lora.target_modules` names what a model does not have. peft trains the layers that it finds and
 * says nothing of the others. A model of no known shape is not judged.
 */
export function targetsFault(models: readonly ModelShape[], targets: readonly string[]): LayerFault | undefined {
  for (const { name, shape, modelType } of models) {
    if (!shape && modelType && !isSevenLinear(modelType) && targets.includes(everyLinear)) return notExpanded(name, modelType);
    const unknown = shape ? unknownTargets(shape, targets) : [];
    if (unknown.length === 0) continue;
    const texts = unknown.map((one) => `\`${one.name}\`${one.meant ? ` (did you mean \`${one.meant}\`?)` : ''}`);
    const right = expandTargets(targets.map((target) => unknown.find((one) => one.name === target)?.meant ?? target));
    const left = right.filter((target) => !unknown.some((one) => one.name === target && !one.meant));
    return {
      code: 'E_TARGET_MODULES',
      found: `\`training.lora.target_modules\` names modules that are not linear layers of ${name}: ${some(texts)}`,
      needed: 'names of its linear layers: peft trains those that it finds and silently ignores the others',
      fix: `\`target_modules: [${(left.length > 0 ? left : ['all-linear']).join(', ')}]\` under \`lora:\` in configs/training_config.yaml`,
    };
  }
  return undefined;
}

const isSevenLinear = (modelType: string): boolean => families.some(({ is, sevenLinear }) => sevenLinear && is === modelType);

/** What `all-linear` is for a kind of model is known for those of seven linear layers. */
const notExpanded = (name: string, modelType: string): LayerFault => ({
  code: 'E_TARGET_MODULES',
  found: `\`training.lora.target_modules: [${everyLinear}]\`: the linear layers of ${name} (${modelType}) are not known here`,
  needed: 'the names of its linear layers, as its own files have them',
  fix: `name them under \`lora:\` in configs/training_config.yaml: \`target_modules: [qkv_proj, o_proj]\``,
});
