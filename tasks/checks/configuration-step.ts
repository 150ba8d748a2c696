import { plural } from '../common/format';
import { nearest } from '../common/nearest';
import { outgoingValue } from '../common/outgoing';
import type { Context } from '../engine/context';
import type { Finding, Step } from '../engine/step';
import { settingName } from '../settings/check/names';
import { leaves, type SettingsTree } from '../settings/read/merge';
import { sourcesFor } from '../settings/read/sources';

/** One setting as it applies, with where it comes from. */
export interface ResolvedSetting {
  name: string;
  value: unknown;
  /** `configs/setup.yaml:12`, a variable, `--set`, or `default`. */
  from: string;
}

/** The settings as they apply to this environment. The engine has read them by now; this says what it found. */
export const configurationStep: Step = {
  name: 'config',
  title: 'Read the settings',
  async check(context): Promise<Finding> {
    if (context.settingsFault) {
      const { code, found, tail, fix } = context.settingsFault;
      return { state: 'blocked', code, found, needed: 'settings that can be read', fix, ...problemTable(tail ?? '') };
    }
    const warnings = [...(context.settingsWarnings ?? []), ...unreadFiles(context)];
    const settings = resolvedSettings(context);
    const changed = settings.filter(({ from }) => !/^(default|configs\/\w+\.(yaml|json)(:|$))/.test(from)).length;
    const found = `${plural(settings.length, 'setting')} for ${context.environment}, ${changed} of them from this machine`;
    return warnings.length > 0 ? { state: 'done', found, warning: warnings.join('; ') } : { state: 'done', found };
  },
};

/** Every setting by name, without the values of those that are secret by name or by look. */
export function resolvedSettings({ settings, origins }: Context): ResolvedSetting[] {
  return leaves(settings as SettingsTree).map(({ path, value }) => {
    const name = settingName(path);
    return { name, value: outgoingValue(value, name), from: origins.get(name) ?? 'default' };
  });
}

function problemTable(tail: string): { table: string[][]; data: { problems: { where: string; text: string }[] } } {
  const problems = tail.split('\n').map((line) => {
    const [, where = '', text = line] = /^(.*?): (.*)$/s.exec(line) ?? [];
    return { where, text };
  });
  return { table: [['where', 'what'], ...problems.map(({ where, text }) => [where, text])], data: { problems } };
}

/** Files that look like a machine's own settings, and are none that is ever read. */
function unreadFiles({ host, root }: Context): string[] {
  const read = (['local', 'remote'] as const).flatMap((environment) => sourcesFor(environment).map(({ file }) => file));
  return host.files
    .list(`${root}/configs`)
    .filter((name) => /\.(local|remote)\.(ya?ml|json)$/.test(name) && !read.includes(`configs/${name}`))
    .map((name) => {
      const environment = name.includes('.remote.') ? 'remote' : 'local';
      const meant = nearest(
        `configs/${name}`,
        read.filter((file) => file.endsWith(`.${environment}.yaml`)),
      );
      return `\`configs/${name}\` is not read${meant ? `; did you mean \`${meant}\`?` : ''}`;
    });
}
