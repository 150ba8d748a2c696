import { families } from '../../knowledge/known-models';
import { ropeOf } from '../../knowledge/model-kinds';
import type { Fields } from '../../untrusted/json';

/** Every `hidden_act` of transformers 4.57 (`ACT2FN`); another is an error before the first layer is made. */
const activations: readonly string[] = [
  ...['gelu', 'gelu_10', 'gelu_fast', 'gelu_new', 'gelu_python', 'gelu_pytorch_tanh', 'gelu_python_tanh', 'gelu_accurate'],
  ...['laplace', 'leaky_relu', 'linear', 'mish', 'quick_gelu', 'relu', 'relu2', 'relu6', 'sigmoid', 'silu', 'swish', 'tanh'],
  ...['prelu', 'xielu'],
];
/** Every rope type of transformers 4.57 (`ROPE_INIT_FUNCTIONS`), and the names of before. */
const ropeTypes: readonly string[] = ['default', 'linear', 'dynamic', 'yarn', 'longrope', 'llama3', 'su', 'mrope'];

/** Values that no library we know reads: a newer one may, so it is said and not refused. */
export function unknownValues(config: Fields): string[] {
  const fields = (['hidden_act', 'hidden_activation'] as const).flatMap((key) => {
    const value = config[key];
    return typeof value === 'string' && !activations.includes(value) ? [said(key, value)] : [];
  });
  const { type } = ropeOf(config);
  return ropeTypes.includes(type) ? fields : [...fields, said('rope_type', type)];
}

const said = (key: string, value: string): string => `says \`${key}\` \`${value}\`, which transformers 4.57 does not know and refuses`;

/** A language model of a kind that we do not know: what its names and sizes should be, only transformers can say. */
export function unknownKind({ model_type: kind, architectures, auto_map }: Fields): string[] {
  const isText = Array.isArray(architectures) && architectures.some((name) => String(name).endsWith('ForCausalLM'));
  if (typeof kind !== 'string' || !isText || auto_map || families.some(({ is }) => is === kind)) return [];
  return [`names the kind of model \`${kind}\`, which is not known here: it is not held against the tensors, \`--load\` asks transformers`];
}
