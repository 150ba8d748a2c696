import type { MarkerValues } from './markers';

/** What of a machine decides which packages of a lock are for it, by Node's names. */
export interface Machine {
  platform: string;
  arch: string;
}

/** The variables of PEP 508 that a CPython has on a machine, without starting it. @param version for example `3.10.13` */
export function machineMarkers({ platform, arch }: Machine, version: string): MarkerValues {
  const machine = ({ x64: 'x86_64', arm64: platform === 'darwin' ? 'arm64' : 'aarch64' } as Record<string, string>)[arch] ?? arch;
  const system = ({ linux: 'Linux', darwin: 'Darwin', win32: 'Windows' } as Record<string, string>)[platform] ?? platform;
  return {
    implementation_name: 'cpython',
    implementation_version: version,
    os_name: platform === 'win32' ? 'nt' : 'posix',
    platform_machine: machine,
    platform_python_implementation: 'CPython',
    platform_release: '',
    platform_system: system,
    platform_version: '',
    python_full_version: version,
    python_version: /^\d+\.\d+/.exec(version)?.[0] ?? version,
    sys_platform: platform,
  };
}
