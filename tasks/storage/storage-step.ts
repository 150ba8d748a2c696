import { bytes } from '../common/format';
import { shown } from '../engine/paths';
import type { Step } from '../engine/step';
import { ownFile } from '../settings/read/sources';
import { besideBytes, fewestFiles } from './beside-bytes';
import { budgetsOf, checkVolume } from './judge';
import { keptRoom, keptText } from './kept-environments';
import { measuring } from './measuring';
import { storageData, storageTable } from './report';
import { tooWide } from './too-wide';
import { categoriesOf, type Volume, volumesOf } from './volumes';

const GB = 1e9;

/** Room, by filesystem. What is already there counts: a project that holds its model needs no second one. */
export const storageStep: Step = {
  name: 'storage',
  title: 'Check the free space',
  async check(context, depth, tell) {
    const wide = tooWide(context);
    if (wide) return wide;
    const measure = measuring(context, tell);
    const settings = context.settings.setup.storage;
    const categories = categoriesOf(context);
    const whole = budgetsOf(categories);
    // Measuring what is there walks every folder: only where the free space alone does not settle it.
    const free = await volumesOf(context, categories);
    const judge = (volumes: readonly Volume[]) =>
      volumes.map((volume) => checkVolume(volume, whole, settings.error_gb * GB, settings.warn_gb * GB));
    const settled = depth === 'quick' && judge(free).every(({ level }) => level === 'ok');
    const volumes = settled ? free : await volumesOf(context, categories, measure);
    const verdicts = judge(volumes);
    const kept = settled ? [] : await keptRoom(context, measure);
    const table = {
      ...(settled ? {} : { table: storageTable(volumes) }),
      data: { volumes: storageData(context.root, verdicts, !settled), ...(kept.length > 0 ? { kept } : {}) },
    };
    const worst = verdicts.find(({ level }) => level === 'error') ?? verdicts.find(({ level }) => level === 'warn') ?? verdicts[0];
    if (!worst) return { state: 'unknown', found: 'no folder to check' };
    const { volume, thereBytes, wantedBytes, level } = worst;
    const there = thereBytes > 0 ? ` and ${bytes(thereBytes)} already there` : '';
    const found = `${bytes(volume.availableBytes)} free in \`${shown(context.root, volume.measured)}\`${there}, ${bytes(wantedBytes)} needed${keptText(kept)}`;
    const full = volumes.find(({ availableFiles }) => availableFiles !== undefined && availableFiles < fewestFiles);
    if (full)
      return {
        state: 'blocked',
        code: 'E_STORAGE',
        found: `${full.availableFiles} inodes free in \`${shown(context.root, full.measured)}\`, at least ${fewestFiles} needed`,
        needed: `${fewestFiles} free inodes`,
        fix: `remove small files there (\`df -i\` counts them), or give it other folders in ${ownFile('paths', context.environment)}`,
        ...table,
      };
    if (level === 'error')
      return {
        state: 'blocked',
        code: 'E_STORAGE',
        found,
        needed: `${bytes(wantedBytes - thereBytes)} free`,
        fix: `free ${bytes(wantedBytes - thereBytes - volume.availableBytes)}, or give it other folders in ${ownFile('paths', context.environment)}`,
        ...table,
      };
    const warnings = await besideBytes(context, volumes);
    if (level === 'warn') {
      const warn = `storage.warn_gb (${bytes(settings.warn_gb * GB)})`;
      const limit =
        worst.comfortBytes === settings.warn_gb * GB ? warn : `${bytes(worst.comfortBytes)}, the share of ${warn} for this filesystem`;
      warnings.unshift(`${bytes(volume.availableBytes)} free${there}, below ${limit}`);
    }
    return { state: 'done', found, ...(warnings.length > 0 ? { warning: warnings.join('; ') } : {}), ...table };
  },
};
