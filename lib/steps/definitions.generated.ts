// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.

import type { AnyStepDefinition } from "./_sdk/define-step";
import { definition as addRow } from "./tables/add-row/definition";
import { definition as branch } from "./tables/branch/definition";
import { definition as cast } from "./tables/cast/definition";
import { definition as chatPrompt } from "./prompting/chat-prompt/definition";
import { definition as chooseTrial } from "./tables/choose-trial/definition";
import { definition as classificationMetrics } from "./evaluate/classification-metrics/definition";
import { definition as concat } from "./tables/concat/definition";
import { definition as correlation } from "./evaluate/correlation/definition";
import { definition as cosineSimilarity } from "./tables/cosine-similarity/definition";
import { definition as dataFromAttributedPrompt } from "./prompting/data-from-attributed-prompt/definition";
import { definition as dataFromPrompt } from "./prompting/data-from-prompt/definition";
import { definition as deduplicate } from "./tables/deduplicate/definition";
import { definition as distillModel } from "./train/distill-model/definition";
import { definition as dropColumns } from "./tables/drop-columns/definition";
import { definition as dropNulls } from "./tables/drop-nulls/definition";
import { definition as embed } from "./prompting/embed/definition";
import { definition as explode } from "./tables/explode/definition";
import { definition as exportFile } from "./out/export-file/definition";
import { definition as exportModel } from "./out/export-model/definition";
import { definition as extractJson } from "./tables/extract-json/definition";
import { definition as fewShotPrompt } from "./prompting/few-shot-prompt/definition";
import { definition as fewShotWithRetrieval } from "./prompting/few-shot-with-retrieval/definition";
import { definition as fillNulls } from "./tables/fill-nulls/definition";
import { definition as filterRows } from "./tables/filter-rows/definition";
import { definition as filterWithPrompt } from "./prompting/filter-with-prompt/definition";
import { definition as fineTune } from "./train/fine-tune/definition";
import { definition as fineTuneAtProvider } from "./train/fine-tune-at-provider/definition";
import { definition as fineTuneSequence } from "./train/fine-tune-sequence/definition";
import { definition as gatherRounds } from "./tables/gather-rounds/definition";
import { definition as gatherTrials } from "./tables/gather-trials/definition";
import { definition as generateRows } from "./sources/generate-rows/definition";
import { definition as group } from "./tables/group/definition";
import { definition as implode } from "./tables/implode/definition";
import { definition as javascript } from "./tables/javascript/definition";
import { definition as join } from "./tables/join/definition";
import { definition as joinText } from "./tables/join-text/definition";
import { definition as judgeGenerationPairs } from "./prompting/judge-generation-pairs/definition";
import { definition as judgePairsWithPrompt } from "./prompting/judge-pairs-with-prompt/definition";
import { definition as loadDocuments } from "./sources/load-documents/definition";
import { definition as loadFile } from "./sources/load-file/definition";
import { definition as loadHubDataset } from "./sources/load-hub-dataset/definition";
import { definition as loadTable } from "./sources/load-table/definition";
import { definition as loadWebPage } from "./sources/load-web-page/definition";
import { definition as mapColumn } from "./tables/map-column/definition";
import { definition as parseJson } from "./tables/parse-json/definition";
import { definition as perplexity } from "./evaluate/perplexity/definition";
import { definition as pickTrial } from "./tables/pick-trial/definition";
import { definition as pivot } from "./tables/pivot/definition";
import { definition as processWithPrompt } from "./prompting/process-with-prompt/definition";
import { definition as prompt } from "./prompting/prompt/definition";
import { definition as publishDataset } from "./out/publish-dataset/definition";
import { definition as publishModel } from "./out/publish-model/definition";
import { definition as queryDatabase } from "./sources/query-database/definition";
import { definition as queryPostgres } from "./sources/query-postgres/definition";
import { definition as ragPrompt } from "./prompting/rag-prompt/definition";
import { definition as rankWithPrompt } from "./prompting/rank-with-prompt/definition";
import { definition as regexExtract } from "./tables/regex-extract/definition";
import { definition as regexReplace } from "./tables/regex-replace/definition";
import { definition as renameColumns } from "./tables/rename-columns/definition";
import { definition as retrievalMetrics } from "./evaluate/retrieval-metrics/definition";
import { definition as retrieve } from "./tables/retrieve/definition";
import { definition as reverse } from "./tables/reverse/definition";
import { definition as rewardMargins } from "./evaluate/reward-margins/definition";
import { definition as runTaskModel } from "./prompting/run-task-model/definition";
import { definition as sample } from "./tables/sample/definition";
import { definition as selectColumns } from "./tables/select-columns/definition";
import { definition as selectRows } from "./tables/select-rows/definition";
import { definition as shard } from "./tables/shard/definition";
import { definition as shuffle } from "./tables/shuffle/definition";
import { definition as skip } from "./tables/skip/definition";
import { definition as sort } from "./tables/sort/definition";
import { definition as split } from "./tables/split/definition";
import { definition as splitText } from "./tables/split-text/definition";
import { definition as sql } from "./tables/sql/definition";
import { definition as structuredPrompt } from "./prompting/structured-prompt/definition";
import { definition as summariseNumbers } from "./evaluate/summarise-numbers/definition";
import { definition as take } from "./tables/take/definition";
import { definition as templateText } from "./tables/template-text/definition";
import { definition as textMetrics } from "./evaluate/text-metrics/definition";
import { definition as trainClassifier } from "./train/train-classifier/definition";
import { definition as trainDpo } from "./train/train-dpo/definition";
import { definition as trainEmbedder } from "./train/train-embedder/definition";
import { definition as trainKto } from "./train/train-kto/definition";
import { definition as trainOrpo } from "./train/train-orpo/definition";
import { definition as trainRewardModel } from "./train/train-reward-model/definition";
import { definition as trainSetfit } from "./train/train-setfit/definition";
import { definition as trainWithRewards } from "./train/train-with-rewards/definition";
import { definition as typeTable } from "./sources/type-table/definition";
import { definition as window } from "./tables/window/definition";
import { definition as zip } from "./tables/zip/definition";

export const stepDefinitions = {
  "add-row": addRow as AnyStepDefinition,
  "branch": branch as AnyStepDefinition,
  "cast": cast as AnyStepDefinition,
  "chat-prompt": chatPrompt as AnyStepDefinition,
  "choose-trial": chooseTrial as AnyStepDefinition,
  "classification-metrics": classificationMetrics as AnyStepDefinition,
  "concat": concat as AnyStepDefinition,
  "correlation": correlation as AnyStepDefinition,
  "cosine-similarity": cosineSimilarity as AnyStepDefinition,
  "data-from-attributed-prompt": dataFromAttributedPrompt as AnyStepDefinition,
  "data-from-prompt": dataFromPrompt as AnyStepDefinition,
  "deduplicate": deduplicate as AnyStepDefinition,
  "distill-model": distillModel as AnyStepDefinition,
  "drop-columns": dropColumns as AnyStepDefinition,
  "drop-nulls": dropNulls as AnyStepDefinition,
  "embed": embed as AnyStepDefinition,
  "explode": explode as AnyStepDefinition,
  "export-file": exportFile as AnyStepDefinition,
  "export-model": exportModel as AnyStepDefinition,
  "extract-json": extractJson as AnyStepDefinition,
  "few-shot-prompt": fewShotPrompt as AnyStepDefinition,
  "few-shot-with-retrieval": fewShotWithRetrieval as AnyStepDefinition,
  "fill-nulls": fillNulls as AnyStepDefinition,
  "filter-rows": filterRows as AnyStepDefinition,
  "filter-with-prompt": filterWithPrompt as AnyStepDefinition,
  "fine-tune": fineTune as AnyStepDefinition,
  "fine-tune-at-provider": fineTuneAtProvider as AnyStepDefinition,
  "fine-tune-sequence": fineTuneSequence as AnyStepDefinition,
  "gather-rounds": gatherRounds as AnyStepDefinition,
  "gather-trials": gatherTrials as AnyStepDefinition,
  "generate-rows": generateRows as AnyStepDefinition,
  "group": group as AnyStepDefinition,
  "implode": implode as AnyStepDefinition,
  "javascript": javascript as AnyStepDefinition,
  "join": join as AnyStepDefinition,
  "join-text": joinText as AnyStepDefinition,
  "judge-generation-pairs": judgeGenerationPairs as AnyStepDefinition,
  "judge-pairs-with-prompt": judgePairsWithPrompt as AnyStepDefinition,
  "load-documents": loadDocuments as AnyStepDefinition,
  "load-file": loadFile as AnyStepDefinition,
  "load-hub-dataset": loadHubDataset as AnyStepDefinition,
  "load-table": loadTable as AnyStepDefinition,
  "load-web-page": loadWebPage as AnyStepDefinition,
  "map-column": mapColumn as AnyStepDefinition,
  "parse-json": parseJson as AnyStepDefinition,
  "perplexity": perplexity as AnyStepDefinition,
  "pick-trial": pickTrial as AnyStepDefinition,
  "pivot": pivot as AnyStepDefinition,
  "process-with-prompt": processWithPrompt as AnyStepDefinition,
  "prompt": prompt as AnyStepDefinition,
  "publish-dataset": publishDataset as AnyStepDefinition,
  "publish-model": publishModel as AnyStepDefinition,
  "query-database": queryDatabase as AnyStepDefinition,
  "query-postgres": queryPostgres as AnyStepDefinition,
  "rag-prompt": ragPrompt as AnyStepDefinition,
  "rank-with-prompt": rankWithPrompt as AnyStepDefinition,
  "regex-extract": regexExtract as AnyStepDefinition,
  "regex-replace": regexReplace as AnyStepDefinition,
  "rename-columns": renameColumns as AnyStepDefinition,
  "retrieval-metrics": retrievalMetrics as AnyStepDefinition,
  "retrieve": retrieve as AnyStepDefinition,
  "reverse": reverse as AnyStepDefinition,
  "reward-margins": rewardMargins as AnyStepDefinition,
  "run-task-model": runTaskModel as AnyStepDefinition,
  "sample": sample as AnyStepDefinition,
  "select-columns": selectColumns as AnyStepDefinition,
  "select-rows": selectRows as AnyStepDefinition,
  "shard": shard as AnyStepDefinition,
  "shuffle": shuffle as AnyStepDefinition,
  "skip": skip as AnyStepDefinition,
  "sort": sort as AnyStepDefinition,
  "split": split as AnyStepDefinition,
  "split-text": splitText as AnyStepDefinition,
  "sql": sql as AnyStepDefinition,
  "structured-prompt": structuredPrompt as AnyStepDefinition,
  "summarise-numbers": summariseNumbers as AnyStepDefinition,
  "take": take as AnyStepDefinition,
  "template-text": templateText as AnyStepDefinition,
  "text-metrics": textMetrics as AnyStepDefinition,
  "train-classifier": trainClassifier as AnyStepDefinition,
  "train-dpo": trainDpo as AnyStepDefinition,
  "train-embedder": trainEmbedder as AnyStepDefinition,
  "train-kto": trainKto as AnyStepDefinition,
  "train-orpo": trainOrpo as AnyStepDefinition,
  "train-reward-model": trainRewardModel as AnyStepDefinition,
  "train-setfit": trainSetfit as AnyStepDefinition,
  "train-with-rewards": trainWithRewards as AnyStepDefinition,
  "type-table": typeTable as AnyStepDefinition,
  "window": window as AnyStepDefinition,
  "zip": zip as AnyStepDefinition,
} as const;
