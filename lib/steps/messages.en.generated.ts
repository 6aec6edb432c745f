// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.

import { addSharedWords } from "./_sdk/shared-words";
import addRow from "./tables/add-row/messages.en.json" with { type: "json" };
import branch from "./tables/branch/messages.en.json" with { type: "json" };
import cast from "./tables/cast/messages.en.json" with { type: "json" };
import chatPrompt from "./prompting/chat-prompt/messages.en.json" with { type: "json" };
import chooseTrial from "./tables/choose-trial/messages.en.json" with { type: "json" };
import classificationMetrics from "./evaluate/classification-metrics/messages.en.json" with { type: "json" };
import concat from "./tables/concat/messages.en.json" with { type: "json" };
import correlation from "./evaluate/correlation/messages.en.json" with { type: "json" };
import cosineSimilarity from "./tables/cosine-similarity/messages.en.json" with { type: "json" };
import dataFromAttributedPrompt from "./prompting/data-from-attributed-prompt/messages.en.json" with { type: "json" };
import dataFromPrompt from "./prompting/data-from-prompt/messages.en.json" with { type: "json" };
import deduplicate from "./tables/deduplicate/messages.en.json" with { type: "json" };
import distillModel from "./train/distill-model/messages.en.json" with { type: "json" };
import dropColumns from "./tables/drop-columns/messages.en.json" with { type: "json" };
import dropNulls from "./tables/drop-nulls/messages.en.json" with { type: "json" };
import embed from "./prompting/embed/messages.en.json" with { type: "json" };
import explode from "./tables/explode/messages.en.json" with { type: "json" };
import exportFile from "./out/export-file/messages.en.json" with { type: "json" };
import exportModel from "./out/export-model/messages.en.json" with { type: "json" };
import extractJson from "./tables/extract-json/messages.en.json" with { type: "json" };
import fewShotPrompt from "./prompting/few-shot-prompt/messages.en.json" with { type: "json" };
import fewShotWithRetrieval from "./prompting/few-shot-with-retrieval/messages.en.json" with { type: "json" };
import fillNulls from "./tables/fill-nulls/messages.en.json" with { type: "json" };
import filterRows from "./tables/filter-rows/messages.en.json" with { type: "json" };
import filterWithPrompt from "./prompting/filter-with-prompt/messages.en.json" with { type: "json" };
import fineTune from "./train/fine-tune/messages.en.json" with { type: "json" };
import fineTuneAtProvider from "./train/fine-tune-at-provider/messages.en.json" with { type: "json" };
import fineTuneSequence from "./train/fine-tune-sequence/messages.en.json" with { type: "json" };
import gatherRounds from "./tables/gather-rounds/messages.en.json" with { type: "json" };
import gatherTrials from "./tables/gather-trials/messages.en.json" with { type: "json" };
import generateRows from "./sources/generate-rows/messages.en.json" with { type: "json" };
import group from "./tables/group/messages.en.json" with { type: "json" };
import implode from "./tables/implode/messages.en.json" with { type: "json" };
import javascript from "./tables/javascript/messages.en.json" with { type: "json" };
import join from "./tables/join/messages.en.json" with { type: "json" };
import joinText from "./tables/join-text/messages.en.json" with { type: "json" };
import judgeGenerationPairs from "./prompting/judge-generation-pairs/messages.en.json" with { type: "json" };
import judgePairsWithPrompt from "./prompting/judge-pairs-with-prompt/messages.en.json" with { type: "json" };
import loadDocuments from "./sources/load-documents/messages.en.json" with { type: "json" };
import loadFile from "./sources/load-file/messages.en.json" with { type: "json" };
import loadHubDataset from "./sources/load-hub-dataset/messages.en.json" with { type: "json" };
import loadTable from "./sources/load-table/messages.en.json" with { type: "json" };
import loadWebPage from "./sources/load-web-page/messages.en.json" with { type: "json" };
import mapColumn from "./tables/map-column/messages.en.json" with { type: "json" };
import parseJson from "./tables/parse-json/messages.en.json" with { type: "json" };
import perplexity from "./evaluate/perplexity/messages.en.json" with { type: "json" };
import pickTrial from "./tables/pick-trial/messages.en.json" with { type: "json" };
import pivot from "./tables/pivot/messages.en.json" with { type: "json" };
import processWithPrompt from "./prompting/process-with-prompt/messages.en.json" with { type: "json" };
import prompt from "./prompting/prompt/messages.en.json" with { type: "json" };
import publishDataset from "./out/publish-dataset/messages.en.json" with { type: "json" };
import publishModel from "./out/publish-model/messages.en.json" with { type: "json" };
import queryDatabase from "./sources/query-database/messages.en.json" with { type: "json" };
import queryPostgres from "./sources/query-postgres/messages.en.json" with { type: "json" };
import ragPrompt from "./prompting/rag-prompt/messages.en.json" with { type: "json" };
import rankWithPrompt from "./prompting/rank-with-prompt/messages.en.json" with { type: "json" };
import regexExtract from "./tables/regex-extract/messages.en.json" with { type: "json" };
import regexReplace from "./tables/regex-replace/messages.en.json" with { type: "json" };
import renameColumns from "./tables/rename-columns/messages.en.json" with { type: "json" };
import retrievalMetrics from "./evaluate/retrieval-metrics/messages.en.json" with { type: "json" };
import retrieve from "./tables/retrieve/messages.en.json" with { type: "json" };
import reverse from "./tables/reverse/messages.en.json" with { type: "json" };
import rewardMargins from "./evaluate/reward-margins/messages.en.json" with { type: "json" };
import runTaskModel from "./prompting/run-task-model/messages.en.json" with { type: "json" };
import sample from "./tables/sample/messages.en.json" with { type: "json" };
import selectColumns from "./tables/select-columns/messages.en.json" with { type: "json" };
import selectRows from "./tables/select-rows/messages.en.json" with { type: "json" };
import shard from "./tables/shard/messages.en.json" with { type: "json" };
import shuffle from "./tables/shuffle/messages.en.json" with { type: "json" };
import skip from "./tables/skip/messages.en.json" with { type: "json" };
import sort from "./tables/sort/messages.en.json" with { type: "json" };
import split from "./tables/split/messages.en.json" with { type: "json" };
import splitText from "./tables/split-text/messages.en.json" with { type: "json" };
import sql from "./tables/sql/messages.en.json" with { type: "json" };
import structuredPrompt from "./prompting/structured-prompt/messages.en.json" with { type: "json" };
import summariseNumbers from "./evaluate/summarise-numbers/messages.en.json" with { type: "json" };
import take from "./tables/take/messages.en.json" with { type: "json" };
import templateText from "./tables/template-text/messages.en.json" with { type: "json" };
import textMetrics from "./evaluate/text-metrics/messages.en.json" with { type: "json" };
import trainClassifier from "./train/train-classifier/messages.en.json" with { type: "json" };
import trainDpo from "./train/train-dpo/messages.en.json" with { type: "json" };
import trainEmbedder from "./train/train-embedder/messages.en.json" with { type: "json" };
import trainKto from "./train/train-kto/messages.en.json" with { type: "json" };
import trainOrpo from "./train/train-orpo/messages.en.json" with { type: "json" };
import trainRewardModel from "./train/train-reward-model/messages.en.json" with { type: "json" };
import trainSetfit from "./train/train-setfit/messages.en.json" with { type: "json" };
import trainWithRewards from "./train/train-with-rewards/messages.en.json" with { type: "json" };
import typeTable from "./sources/type-table/messages.en.json" with { type: "json" };
import window from "./tables/window/messages.en.json" with { type: "json" };
import zip from "./tables/zip/messages.en.json" with { type: "json" };

export const stepMessages = {
  "add-row": addRow,
  "branch": branch,
  "cast": cast,
  "chat-prompt": addSharedWords(chatPrompt),
  "choose-trial": chooseTrial,
  "classification-metrics": classificationMetrics,
  "concat": concat,
  "correlation": correlation,
  "cosine-similarity": cosineSimilarity,
  "data-from-attributed-prompt": addSharedWords(dataFromAttributedPrompt),
  "data-from-prompt": addSharedWords(dataFromPrompt),
  "deduplicate": deduplicate,
  "distill-model": addSharedWords(distillModel),
  "drop-columns": dropColumns,
  "drop-nulls": dropNulls,
  "embed": embed,
  "explode": explode,
  "export-file": exportFile,
  "export-model": exportModel,
  "extract-json": extractJson,
  "few-shot-prompt": addSharedWords(fewShotPrompt),
  "few-shot-with-retrieval": addSharedWords(fewShotWithRetrieval),
  "fill-nulls": fillNulls,
  "filter-rows": filterRows,
  "filter-with-prompt": addSharedWords(filterWithPrompt),
  "fine-tune": addSharedWords(fineTune),
  "fine-tune-at-provider": fineTuneAtProvider,
  "fine-tune-sequence": addSharedWords(fineTuneSequence),
  "gather-rounds": gatherRounds,
  "gather-trials": gatherTrials,
  "generate-rows": generateRows,
  "group": group,
  "implode": implode,
  "javascript": javascript,
  "join": join,
  "join-text": joinText,
  "judge-generation-pairs": addSharedWords(judgeGenerationPairs),
  "judge-pairs-with-prompt": addSharedWords(judgePairsWithPrompt),
  "load-documents": loadDocuments,
  "load-file": loadFile,
  "load-hub-dataset": loadHubDataset,
  "load-table": loadTable,
  "load-web-page": loadWebPage,
  "map-column": mapColumn,
  "parse-json": parseJson,
  "perplexity": perplexity,
  "pick-trial": pickTrial,
  "pivot": pivot,
  "process-with-prompt": addSharedWords(processWithPrompt),
  "prompt": addSharedWords(prompt),
  "publish-dataset": publishDataset,
  "publish-model": publishModel,
  "query-database": queryDatabase,
  "query-postgres": queryPostgres,
  "rag-prompt": addSharedWords(ragPrompt),
  "rank-with-prompt": addSharedWords(rankWithPrompt),
  "regex-extract": regexExtract,
  "regex-replace": regexReplace,
  "rename-columns": renameColumns,
  "retrieval-metrics": retrievalMetrics,
  "retrieve": retrieve,
  "reverse": reverse,
  "reward-margins": rewardMargins,
  "run-task-model": runTaskModel,
  "sample": sample,
  "select-columns": selectColumns,
  "select-rows": selectRows,
  "shard": shard,
  "shuffle": shuffle,
  "skip": skip,
  "sort": sort,
  "split": split,
  "split-text": splitText,
  "sql": sql,
  "structured-prompt": addSharedWords(structuredPrompt),
  "summarise-numbers": summariseNumbers,
  "take": take,
  "template-text": templateText,
  "text-metrics": textMetrics,
  "train-classifier": addSharedWords(trainClassifier),
  "train-dpo": addSharedWords(trainDpo),
  "train-embedder": addSharedWords(trainEmbedder),
  "train-kto": addSharedWords(trainKto),
  "train-orpo": addSharedWords(trainOrpo),
  "train-reward-model": addSharedWords(trainRewardModel),
  "train-setfit": addSharedWords(trainSetfit),
  "train-with-rewards": addSharedWords(trainWithRewards),
  "type-table": typeTable,
  "window": window,
  "zip": zip,
};
