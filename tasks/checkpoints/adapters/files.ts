/** The two files of an adapter, as `save_pretrained` of PEFT calls them. */
export const configName = 'adapter_config.json';
export const weightsName = 'adapter_model.safetensors';
