import { type ProfileName, profileNames } from '../../tasks/environments/profile/profile-files';
import { trainingProject } from '../../tests/support/training';

/** For each profile what was found of it. */
export type ByProfile<T> = Readonly<Record<ProfileName, T>>;

/** The same for each profile, one after the other: each is let have the machine for itself. */
export async function forEachProfile<T>(make: (profile: ProfileName) => T | Promise<T>): Promise<ByProfile<T>> {
  const made: [ProfileName, T][] = [];
  for (const profile of profileNames) made.push([profile, await make(profile)]);
  return Object.fromEntries(made) as Record<ProfileName, T>;
}

/** A project with a training environment. */
export type Environment = ReturnType<typeof trainingProject>;

/** Has `env:remote` make the environment of each profile, in a temporary project that is gone with the process. @throws Error where one fails */
export const makeEnvironments = (): Promise<ByProfile<Environment>> =>
  forEachProfile(async (profile) => {
    const made = trainingProject(profile);
    const { exitCode, stderr } = await made.run('env:remote');
    if (exitCode !== 0) throw new Error(`env:remote with the profile ${profile} ended with ${exitCode}:\n${stderr}`);
    return made;
  });
