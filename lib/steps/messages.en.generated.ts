// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.

import addRow from "./tables/add-row/messages.en.json" with { type: "json" };
import concat from "./tables/concat/messages.en.json" with { type: "json" };
import dataFromPrompt from "./prompting/data-from-prompt/messages.en.json" with { type: "json" };
import dropColumns from "./tables/drop-columns/messages.en.json" with { type: "json" };
import explode from "./tables/explode/messages.en.json" with { type: "json" };
import exportFile from "./out/export-file/messages.en.json" with { type: "json" };
import filterRows from "./tables/filter-rows/messages.en.json" with { type: "json" };
import fineTune from "./train/fine-tune/messages.en.json" with { type: "json" };
import group from "./tables/group/messages.en.json" with { type: "json" };
import implode from "./tables/implode/messages.en.json" with { type: "json" };
import join from "./tables/join/messages.en.json" with { type: "json" };
import loadFile from "./sources/load-file/messages.en.json" with { type: "json" };
import loadHubDataset from "./sources/load-hub-dataset/messages.en.json" with { type: "json" };
import mapColumn from "./tables/map-column/messages.en.json" with { type: "json" };
import pivot from "./tables/pivot/messages.en.json" with { type: "json" };
import processWithPrompt from "./prompting/process-with-prompt/messages.en.json" with { type: "json" };
import prompt from "./prompting/prompt/messages.en.json" with { type: "json" };
import publishDataset from "./out/publish-dataset/messages.en.json" with { type: "json" };
import publishModel from "./out/publish-model/messages.en.json" with { type: "json" };
import renameColumns from "./tables/rename-columns/messages.en.json" with { type: "json" };
import reverse from "./tables/reverse/messages.en.json" with { type: "json" };
import selectColumns from "./tables/select-columns/messages.en.json" with { type: "json" };
import shard from "./tables/shard/messages.en.json" with { type: "json" };
import shuffle from "./tables/shuffle/messages.en.json" with { type: "json" };
import skip from "./tables/skip/messages.en.json" with { type: "json" };
import sort from "./tables/sort/messages.en.json" with { type: "json" };
import split from "./tables/split/messages.en.json" with { type: "json" };
import take from "./tables/take/messages.en.json" with { type: "json" };
import typeTable from "./sources/type-table/messages.en.json" with { type: "json" };
import zip from "./tables/zip/messages.en.json" with { type: "json" };

export const stepMessages = {
  "add-row": addRow,
  "concat": concat,
  "data-from-prompt": dataFromPrompt,
  "drop-columns": dropColumns,
  "explode": explode,
  "export-file": exportFile,
  "filter-rows": filterRows,
  "fine-tune": fineTune,
  "group": group,
  "implode": implode,
  "join": join,
  "load-file": loadFile,
  "load-hub-dataset": loadHubDataset,
  "map-column": mapColumn,
  "pivot": pivot,
  "process-with-prompt": processWithPrompt,
  "prompt": prompt,
  "publish-dataset": publishDataset,
  "publish-model": publishModel,
  "rename-columns": renameColumns,
  "reverse": reverse,
  "select-columns": selectColumns,
  "shard": shard,
  "shuffle": shuffle,
  "skip": skip,
  "sort": sort,
  "split": split,
  "take": take,
  "type-table": typeTable,
  "zip": zip,
};
