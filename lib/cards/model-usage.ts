import type { ProvenanceStep } from "@/lib/steps/_sdk/provenance";
import { takesChats, trainedKind, type TrainedKind } from "@/lib/contracts/trained-kind";
import { fenceText } from "./fence-text";
import type { PublishedWeights } from "./model-card";

type Training = ProvenanceStep["training"];

/** A snippet that loads the model from the Hub and uses it. */
export function writeModelUsage(repo: string, weights: PublishedWeights, training: Training): string {
  const { adapters, root } = weights;
  const kind = training ? trainedKind(training.request) : "generator";
  const name = JSON.stringify(repo);
  if (kind === "embedder") return fenceText(embed(name), "python");
  if (training?.request.recipe === "setfit") return fenceText(classifyByHead(name, training.request.multiLabel), "python");
  const plain = adapters.length === 0 && root.kind === "folder" && root.folder === "";
  const autoClass = autoClasses[kind];
  const lines = plain
    ? [`from transformers import ${autoClass}, AutoTokenizer`, "", `tokenizer = AutoTokenizer.from_pretrained(${name})`, `model = ${autoClass}.from_pretrained(${name})`]
    : loadAdapters(name, weights, autoClass, kind === "classifier" || kind === "reward" ? `, num_labels=${String(training?.result.labels.length ?? 1)}` : "");
  return fenceText([...lines, "", ...useModel(kind, training)].join("\n"), "python");
}

const autoClasses: Record<Exclude<TrainedKind, "embedder">, string> = {
  generator: "AutoModelForCausalLM",
  sequence: "AutoModelForSeq2SeqLM",
  classifier: "AutoModelForSequenceClassification",
  reward: "AutoModelForSequenceClassification",
};

function embed(name: string): string {
  return ["from sentence_transformers import SentenceTransformer", "", `model = SentenceTransformer(${name})`, 'vectors = model.encode(["One text", "Another text"])', "print(model.similarity(vectors, vectors))"].join("\n");
}

/** A few-shot classifier: the vectors of its encoder under a linear head. */
function classifyByHead(name: string, multiLabel: boolean): string {
  return [
    "import json",
    "from huggingface_hub import snapshot_download",
    "from safetensors import safe_open",
    "from sentence_transformers import SentenceTransformer",
    "",
    `folder = snapshot_download(${name})`,
    "model = SentenceTransformer(folder)",
    'with safe_open(f"{folder}/classifier-head.safetensors", "pt") as head:',
    '    weight, bias, labels = head.get_tensor("weight"), head.get_tensor("bias"), json.loads(head.metadata()["head"])["labels"]',
    'vectors = model.encode(["One text", "Another text"], convert_to_tensor=True).cpu().double()',
    `scores = (vectors @ weight.T + bias).${multiLabel ? "sigmoid()" : "softmax(-1)"}`,
    "print([dict(zip(labels, row)) for row in scores.tolist()])",
  ].join("\n");
}

function loadAdapters(name: string, { adapters, root }: PublishedWeights, autoClass: string, head: string): string[] {
  const base = root.kind === "hub" ? `${JSON.stringify(root.id)}${root.revision ? `, revision=${JSON.stringify(root.revision)}` : ""}` : place(root.folder);
  return [
    "from huggingface_hub import snapshot_download",
    "from peft import PeftModel",
    `from transformers import ${autoClass}, AutoTokenizer`,
    "",
    `folder = snapshot_download(${name})`,
    "tokenizer = AutoTokenizer.from_pretrained(folder)",
    `model = ${autoClass}.from_pretrained(${base}${head})`,
    // An adapter was trained upon the ones below it, so those are folded in first.
    ...adapters.toReversed().map((adapter) => `model = PeftModel.from_pretrained(model, ${place(adapter)}).merge_and_unload()`),
  ];
}

function place(folder: string): string {
  return folder === "" ? "folder" : `f"{folder}/${folder}"`;
}

function useModel(kind: Exclude<TrainedKind, "embedder">, training: Training): string[] {
  switch (kind) {
    case "classifier":
      return [`labels = ${JSON.stringify(training?.result.labels ?? [])}`, 'inputs = tokenizer("Hello", return_tensors="pt")', "scores = model(**inputs).logits[0].tolist()", "print(dict(zip(labels, scores)))"];
    case "reward":
      return ['inputs = tokenizer("The prompt, then its answer", return_tensors="pt")', "print(model(**inputs).logits.item())"];
    case "sequence":
      return ['inputs = tokenizer("Hello", return_tensors="pt")', "output = model.generate(**inputs, max_new_tokens=100)", "print(tokenizer.decode(output[0], skip_special_tokens=True))"];
    case "generator":
      return [
        ...(training && takesChats(training.request)
          ? ['messages = [{"role": "user", "content": "Hello"}]', 'inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")']
          : ['inputs = tokenizer("Hello", return_tensors="pt", return_token_type_ids=False)']),
        "output = model.generate(**inputs, max_new_tokens=100)",
        'print(tokenizer.decode(output[0][inputs["input_ids"].shape[1]:], skip_special_tokens=True))',
      ];
  }
}
