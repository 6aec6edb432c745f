// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.

export const previewLoaders = {
  "load-documents": () => import("./sources/load-documents/preview"),
  "load-web-page": () => import("./sources/load-web-page/preview"),
};
