// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.

export const probeLoaders = {
  "load-file": () => import("./sources/load-file/probe"),
  "load-hub-dataset": () => import("./sources/load-hub-dataset/probe"),
  "load-table": () => import("./sources/load-table/probe"),
  "query-database": () => import("./sources/query-database/probe"),
  "query-postgres": () => import("./sources/query-postgres/probe"),
};
