import { some } from '../../common/format';
import { type GpuRequirements, meets } from '../../gpu/driver/requirements';
import type { Versions } from '../../knowledge/models';
import { covers, torchBuild } from '../../knowledge/torch';
import type { MachineOfChoice } from './machine-of-choice';
import { type ModelOfChoice, notKnownToLoad, unmetOf } from './models-of-choice';
import { type ProfileName, profileNames } from './profile-files';
import { driverOf, type Obstacle, obstacleTo, type TorchOfProfile } from './runs-on';

/** What a choice rests on. */
export interface ChoiceRequest {
  /** `remote.profile`. */
  setting: ProfileName | 'auto';
  models: readonly ModelOfChoice[];
  machine: MachineOfChoice;
  /** What the training asks of a card. */
  requirements: GpuRequirements;
  /** The versions of a profile on the machine's processor; asked for only where they decide. */
  versionsOf(profile: ProfileName): Versions;
}

/** Which versions the training environment has, and why these. */
export interface ProfileChoice {
  profile: ProfileName;
  /** The setting forces it. */
  forced: boolean;
  /** It, and why it is this one: `current: GPU 0 is an RTX 5090, sm_120, which torch 2.1.2 has no code for`. */
  why: string;
  /** Models of the settings that do not load under the profile as asked, each with what it needs. */
  needing: readonly string[];
  /** Models that do not load under the chosen profile, each with what it needs: not empty where no profile does for all. */
  unmet: readonly string[];
  versions: Versions;
  torch: TorchOfProfile;
  machine: MachineOfChoice;
  /** The oldest driver for it on this machine's cards; `undefined` without a card, or where nothing is known of its torch. */
  driver: string | undefined;
  /** Why it does not run here: where the setting forces one that does not, or none does. */
  obstacle: Obstacle | undefined;
  /** A profile that runs here where this one does not; or one that loads more, with why it is not taken. */
  better: { profile: ProfileName; torch: TorchOfProfile; obstacle: Obstacle | undefined } | undefined;
  /** None of the models loads under it. */
  loadsNone: boolean;
  /** The first profile whose torch has code for a compute capability. */
  covering(capability: string): { profile: ProfileName; torch: TorchOfProfile } | undefined;
  /** The first profile that runs here and whose versions are enough. */
  running(enough: (versions: Versions) => boolean): ProfileName | undefined;
}

/** One profile, judged. */
interface Judged {
  profile: ProfileName;
  versions: Versions;
  torch: TorchOfProfile;
  unmet: readonly string[];
  obstacle: Obstacle | undefined;
}

/**
 * The first of as-asked, compat and current that has code for every card, runs on the driver and loads every model; else that
 * which loads most of those that run, the newest of equals. A card that cannot do what the training asks does not count where
 * another can. Where no profile runs on all the cards, one that runs on some is taken; where none runs, what the models ask for
 * is told with its obstacle.
 */
export function decide(request: ChoiceRequest): ProfileChoice {
  const { setting, models, machine } = request;
  const judge = judges(request);
  const chosen = setting === 'auto' ? chooseFrom(judge, models.length) : judge(setting, false);
  const { profile, versions, torch, unmet, obstacle } = chosen;
  const better = betterThan(chosen, judge);
  return {
    profile,
    forced: setting !== 'auto',
    why: setting === 'auto' ? whyChosen(profile, judge) : `${profile}, as \`remote.profile\` says`,
    needing: judge('as-asked', true).unmet,
    unmet,
    versions,
    torch,
    machine,
    driver: leastDriverOf(torch, machine),
    obstacle,
    better: better && { profile: better.profile, torch: better.torch, obstacle: better.obstacle },
    loadsNone: models.length > 0 && unmet.length === models.length,
    covering: (capability) =>
      profileNames.map((name) => judge(name, false)).find((one) => one.torch.build && covers(one.torch.build.architectures, capability)),
    running: (enough) =>
      profileNames.find((name) => {
        const one = judge(name, false);
        return !one.obstacle && enough(one.versions);
      }),
  };
}

/** Judges a profile for all of the cards, or for one that is enough. */
type Judge = (profile: ProfileName, all: boolean) => Judged;

/** Each profile's versions are asked for once. */
function judges({ models, machine, requirements, versionsOf }: ChoiceRequest): Judge {
  const known = new Map<ProfileName, Omit<Judged, 'obstacle'>>();
  const able = machine.cards.filter(({ capability }) => meets(capability, requirements));
  const cards = able.length > 0 ? able : machine.cards;
  return (profile, all) => {
    const judged = known.get(profile) ?? judgeModels(profile, models, versionsOf(profile), machine);
    known.set(profile, judged);
    return { ...judged, obstacle: obstacleTo(judged.torch, machine, cards, all) };
  };
}

function judgeModels(
  profile: ProfileName,
  models: readonly ModelOfChoice[],
  versions: Versions,
  { arch }: MachineOfChoice,
): Omit<Judged, 'obstacle'> {
  const version = versions.get('torch');
  // Only the oldest versions ask for a model to be known: what is newer reads what they read.
  const unmet = models.flatMap((model) => (profile === 'as-asked' ? notKnownToLoad : unmetOf)(model, versions));
  return { profile, versions, unmet, torch: { version, build: version === undefined ? undefined : torchBuild(version, arch) } };
}

function chooseFrom(judge: Judge, modelCount: number): Judged {
  for (const all of [true, false]) {
    const good = profileNames.find((name) => isGood(judge(name, all)));
    if (good) return judge(good, all);
  }
  for (const all of [true, false]) {
    const running = profileNames.map((name) => judge(name, all)).filter(({ obstacle }) => !obstacle);
    if (running.length > 0) return mostLoading(running);
  }
  // A driver can be updated, a card cannot: what a newer driver would run is told first, where it loads anything at all.
  const judged = profileNames.map((name) => judge(name, false));
  const waiting = judged.filter(({ obstacle, unmet }) => obstacle?.kind === 'driver' && unmet.length < modelCount);
  const left = waiting.length > 0 ? waiting : judged;
  return left.find(({ unmet }) => unmet.length === 0) ?? mostLoading(left);
}

const isGood = ({ unmet, obstacle }: Judged): boolean => unmet.length === 0 && !obstacle;

/** The newest of those that load most. */
const mostLoading = (judged: readonly Judged[]): Judged =>
  judged.reduce((best, next) => (next.unmet.length <= best.unmet.length ? next : best));

/** A profile that runs where the chosen one does not, or that loads more. */
function betterThan({ profile, unmet, obstacle }: Judged, judge: Judge): Judged | undefined {
  if (!obstacle && unmet.length === 0) return undefined;
  const others = profileNames.filter((name) => name !== profile).map((name) => judge(name, false));
  return obstacle ? others.find((other) => !other.obstacle) : others.find((other) => other.unmet.length < unmet.length);
}

/** What is against the profile before it: the cards where they made the difference, else the models. */
function whyChosen(profile: ProfileName, judge: Judge): string {
  const before = profileNames[profileNames.indexOf(profile) - 1];
  if (!before) return `${profile}, which loads every model of the settings`;
  for (const all of [true, false]) {
    const { obstacle } = judge(before, all);
    if (obstacle && !judge(profile, all).obstacle) return `${profile}: ${obstacle.text}`;
  }
  return `${profile}, since ${before} does not load ${some(judge(before, true).unmet, 2)}`;
}

function leastDriverOf({ build }: TorchOfProfile, machine: MachineOfChoice): string | undefined {
  const { cuda } = build ?? {};
  const all = cuda === undefined ? [] : machine.cards.flatMap((card) => driverOf(cuda, machine, card) ?? []);
  return all.sort((one, other) => other.localeCompare(one, 'en', { numeric: true }))[0];
}
