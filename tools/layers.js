const { layers, rooms, filesOf } = require('./rooms');

/** The rules of dependency-cruiser: no circles, nothing that is not there, and imports that go down. `npm run layers` */
module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Files that need each other to load. Types are gone by then: they do not count.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'type-import'] } },
    },
    { name: 'no-unresolvable', comment: 'There is no such file or package.', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...rooms.flatMap((room) => {
      const own = layers.findIndex((row) => row.includes(room));
      const above = layers
        .slice(0, own + 1)
        .flat()
        .filter((other) => other !== room);
      if (above.length === 0) return [];
      return [
        {
          name: `layers: ${room}`,
          comment: 'Imports go down: see the rows of tools/rooms.js.',
          severity: 'error',
          from: { path: filesOf(room) },
          to: { path: above.map(filesOf) },
        },
      ];
    }),
  ],
  options: { tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
};
