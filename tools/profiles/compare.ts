import { type ProfileName, profileNames } from '../../tasks/environments/profile/profile-files';
import { type ByProfile, type Environment, forEachProfile } from './environments';
import { isRight, load, type Verdict, verdicts } from './load';
import type { Outcome } from './tables';

/** An adapter, and where it was trained. */
export interface MadeAdapter {
  trained: ProfileName;
  folder: string;
}

/** One adapter under one profile, with what was said and what happened. */
export interface ComparedAdapter extends Outcome {
  folder: string;
  found: string;
  /** Whether it is right with the keys that this PEFT does not know simply left out. */
  isRightWithout: boolean;
}

/**
 * Loads each adapter under each profile for real, as it is and as the copy that `model:verify` writes, and asks `model:verify` about it.
 * Right is what it says where it was trained. Each profile has made the base itself: the same weights in its own format.
 * @param models the base that each profile has made
 * @param peft the version of each
 */
export async function compareAdapters(
  environments: ByProfile<Environment>,
  models: ByProfile<string>,
  peft: ByProfile<string>,
  adapters: readonly MadeAdapter[],
): Promise<ComparedAdapter[]> {
  const folders = adapters.map(({ folder }) => folder);
  const told = await forEachProfile((profile) => verdicts(environments[profile], folders, peft[profile]));
  const answers = await forEachProfile((profile) => {
    const copies = [...told[profile].values()].filter(({ verdict }) => verdict === 'copy').map(({ copy }) => copy);
    return load(environments[profile], models[profile], [...folders, ...copies]);
  });
  return profileNames.flatMap((loads) =>
    adapters.map(({ trained, folder }) => {
      const { base, adapters: loaded } = answers[loads];
      const own = answers[trained].adapters[folder];
      const { verdict, found, copy } = told[loads].get(folder) ?? { verdict: 'refused' as Verdict, found: '', copy: '' };
      const here = loaded[folder];
      const without = here && !here.loads ? here.without : undefined;
      return {
        ...{ trained, loads, folder, verdict, found },
        right: isRight(here, own, base),
        copyIsRight: isRight(loaded[copy], own, base),
        isRightWithout: isRight(without, own, base),
        error: here && !here.loads ? here.error : undefined,
      };
    }),
  );
}
