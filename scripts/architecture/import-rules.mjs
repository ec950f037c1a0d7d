// Rules for imports of every kind, types included: they are about who knows whom.
import { entryFiles } from "./entry-files.mjs";
import { resolution } from "./resolution.mjs";
import { packageImports, roomImports } from "./tables.mjs";

const anyOf = (names) => `(?:${names.join("|")})`;

const arrowsBetweenPackages = Object.entries(packageImports).map(([name, allowed]) => ({
  name: `${name}-imports-only-its-own`,
  comment: `packages/${name} may import: ${allowed.join(", ") || "nothing"} (scripts/architecture/tables.mjs)`,
  severity: "error",
  from: { path: `^packages/${name}/src/` },
  to: { path: "^packages/", pathNot: `^packages/${anyOf([name, ...allowed])}/` },
}));

const arrowsBetweenRooms = Object.entries(roomImports).flatMap(([name, rooms]) => {
  const source = `^packages/${name}/src`;
  const known = anyOf(Object.keys(rooms));
  const arrows = Object.entries(rooms).map(([room, allowed]) => ({
    name: `${name}-${room}-imports-only-its-own`,
    comment: `the room ${room} may import: ${allowed.join(", ") || "no other room"} (scripts/architecture/tables.mjs)`,
    severity: "error",
    from: { path: `${source}/${room}/` },
    to: { path: `${source}/[^/]+/`, pathNot: `${source}/${anyOf([room, ...allowed])}/` },
  }));
  const unknownRoom = {
    name: `${name}-has-a-room-without-a-place`,
    comment: "a new folder of src/ needs its row in scripts/architecture/tables.mjs",
    severity: "error",
    from: { path: `${source}/(?!${known}/)[^/]+/` },
    to: {},
  };
  const noEntryFromInside = {
    name: `${name}-imports-its-own-entry`,
    comment: "what stands inside a package imports the file that it means, not the entry point",
    severity: "error",
    from: { path: `${source}/[^/]+/` },
    to: { path: `^${anyOf(entryFiles(`packages/${name}`))}$` },
  };
  return [...arrows, unknownRoom, noEntryFromInside];
});

const noCycle = {
  name: "no-cycle",
  comment: "files that import each other cannot be read, tested or loaded one at a time",
  severity: "error",
  from: {},
  to: { circular: true },
};

const byNameOnly = {
  name: "other-packages-by-name-only",
  comment: "another package is imported by its name, never by a path into its folder",
  severity: "error",
  from: { path: "^(packages/[^/]+|apps/[^/]+|examples/[^/]+|benchmarks|chaos)/" },
  to: {
    path: "^(packages|apps|examples)/",
    pathNot: "^$1/",
    dependencyTypes: ["local"],
  },
};

const publicOnly = {
  name: "applications-use-published-packages",
  comment:
    "apps, examples, benchmarks and chaos import what a user could: published packages' entry points",
  severity: "error",
  from: { path: "^(apps/[^/]+|examples/[^/]+|benchmarks|chaos)/", pathNot: "/test/" },
  to: {
    path: "^(packages|apps|examples)/",
    pathNot: ["^$1/", `^${anyOf(publishedEntryFiles())}$`],
  },
};

const resolvable = {
  name: "every-import-resolves",
  comment: "an import that cannot be followed would escape every other rule",
  severity: "error",
  from: {},
  to: { couldNotResolve: true },
};

function publishedEntryFiles() {
  return Object.keys(packageImports).flatMap((name) => entryFiles(`packages/${name}`));
}

export default {
  forbidden: [
    noCycle,
    byNameOnly,
    publicOnly,
    resolvable,
    ...arrowsBetweenPackages,
    ...arrowsBetweenRooms,
  ],
  options: { ...resolution, tsPreCompilationDeps: true },
};
