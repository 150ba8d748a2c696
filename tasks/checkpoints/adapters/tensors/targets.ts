import type { AdapterConfig } from '../config';
import { type Expression, isPlainName, type Matches } from './patterns';

/** Which modules a configuration means; `undefined` where that could not be judged. */
export interface Targets {
  isTarget(module: string): boolean | undefined;
}

/** What has to be asked of a Python. */
export const targetExpressions = ({ targets, excluded }: AdapterConfig): Expression[] =>
  [targets, excluded].flatMap((text) => (typeof text === 'string' && !isPlainName(text) ? [whole(text)] : []));

const whole = (text: string): Expression => ({ text, whole: true, written: text });

/** The rules of PEFT's `check_target_module_exists` and `target_parameters`. */
export function targetsOf(config: AdapterConfig, matches: Matches): Targets {
  const endsIn = (module: string, names: readonly string[]) => names.some((name) => module === name || module.endsWith(`.${name}`));
  const fits = (module: string, names: readonly string[] | string) => {
    if (typeof names !== 'string') return endsIn(module, names);
    return isPlainName(names) ? module === names : matches(whole(names), module);
  };
  return {
    isTarget(module) {
      const isExcluded = config.excluded.length > 0 && fits(module, config.excluded);
      if (isExcluded !== false) return isExcluded ? false : undefined;
      if (config.saved.some((name) => isPlainName(name) && new RegExp(`(?:^|\\.)${name}(?:$|\\.)`).test(module))) return false;
      if (isParameter(module, config.parameters)) return true;
      const { targets } = config;
      if (targets === undefined || targets === 'all-linear') return undefined;
      if (typeof targets === 'string') return fits(module, targets);
      return targets.includes(module) || (endsIn(module, targets) && isInLayers(module, config));
    },
  };
}

/** A module whose parameter is adapted itself; where several are, PEFT nests one in the other (`.base_layer`). */
export const isParameter = (module: string, parameters: readonly string[]): boolean =>
  parameters.some((parameter) => {
    const plain = module.replace(/(?:\.base_layer)+$/, '');
    const full = `${plain}.${parameter.split('.').at(-1)}`;
    return full === parameter || full.endsWith(`.${parameter}`);
  });

/** `layers_to_transform`: the first number in a name is its layer's. */
function isInLayers(module: string, { layers, layersPattern }: AdapterConfig): boolean {
  if (layers === undefined || layers.length === 0) return true;
  const named = layersPattern.filter(isPlainName).join('|');
  const expression = named === '' ? /^.*?\.[^.]*\.(\d+)\./ : new RegExp(`(?:^|\\.)(?:${named})\\.(\\d+)\\.`);
  const index = expression.exec(module)?.[1];
  return index !== undefined && layers.includes(Number(index));
}
