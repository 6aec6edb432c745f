/** The layers of docs/architecture. Each rule says what to do instead. */
const step = "^lib/steps/(sources|prompting|tables|train|out)/";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      comment: "Two files need each other: move what they share into a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "browser-stays-out-of-the-server",
      comment: "Browser code may not reach the server's rooms, not even through another file. Call the API, or import a type only.",
      severity: "error",
      from: { path: "^components/" },
      to: { reachable: true, path: "^lib/(server|engine|tables|llm|queues|http|accounts|workflows|runs|results|models|files)/|/runner\\.ts$|/probe\\.ts$|^workers/" },
    },
    {
      name: "lib-stays-below-the-interface",
      comment: "lib knows nothing of pages and components. Pass what is needed as an argument.",
      severity: "error",
      from: { path: "^(lib|workers)/", pathNot: "/form\\.tsx$|forms\\.generated\\.ts$" },
      to: { path: "^(app|components)/" },
    },
    {
      name: "steps-stay-apart",
      comment: "A step never imports another step. Move what they share to lib/steps/_sdk or lib/tables.",
      severity: "error",
      from: { path: `${step}([^/]+)/` },
      to: { path: step, pathNot: `${step}$2/` },
    },
    {
      name: "runners-take-connections-from-their-context",
      comment: "A step uses what it is handed: never Prisma, a queue, the engine or the environment.",
      severity: "error",
      from: { path: "^lib/steps/" },
      to: { path: "^lib/(server|queues|engine|http|accounts|workflows|runs|results|models|files)/|^lib/steps/.*generated|node_modules/(bullmq|ioredis|pg|@prisma)", pathNot: "^lib/steps/.*generated" },
    },
    {
      name: "definitions-do-nothing",
      comment: "A definition is read by the browser too: no I/O, no tables, no models.",
      severity: "error",
      from: { path: "/definition\\.ts$" },
      to: { path: "^node:|^lib/(tables|llm|server|engine)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "rooms-at-the-bottom",
      comment: "core, workflow, fingerprint, tables and llm are below the rest.",
      severity: "error",
      from: { path: "^lib/(core|workflow|fingerprint|tables|llm)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^lib/(plan|engine|server|queues|http|accounts|workflows|runs|results|models|files|templates)/" },
    },
    {
      name: "engine-below-use-cases",
      comment: "The engine and the queues know nothing of HTTP or of the use cases above them.",
      severity: "error",
      from: { path: "^lib/(engine|queues|server|contracts)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^lib/(http|accounts|workflows|runs|results|models|files)/" },
    },
    {
      name: "cards-are-pure",
      comment: "A card is made of what it is handed: no files, no tables, no Hub. Names of types and YAML are no more than text.",
      severity: "error",
      from: { path: "^lib/cards/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^lib/(cards|core|workflow|contracts|steps/_sdk)/|^lib/tables/column-type\\.ts$|^node_modules/(yaml|zod)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "tests-are-not-imported",
      comment: "What a test and the program share belongs to the program.",
      severity: "error",
      from: { pathNot: "\\.test\\.ts$|^tests/|^bench/|^vitest" },
      to: { path: "\\.test\\.ts$|^tests/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(\\.next|trainer|data)/|prisma-client/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: false,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
