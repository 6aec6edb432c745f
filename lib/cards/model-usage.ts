import { fenceText } from "./fence-text";
import type { PublishedWeights } from "./model-card";

/** A snippet that loads the model from the Hub and writes something. */
export function writeModelUsage(repo: string, weights: PublishedWeights, isChat: boolean): string {
  const { adapters, root } = weights;
  const name = JSON.stringify(repo);
  const plain = adapters.length === 0 && root.kind === "folder" && root.folder === "";
  const lines = plain
    ? ["from transformers import AutoModelForCausalLM, AutoTokenizer", "", `tokenizer = AutoTokenizer.from_pretrained(${name})`, `model = AutoModelForCausalLM.from_pretrained(${name})`]
    : loadAdapters(name, weights);
  return fenceText([...lines, ...generate(isChat)].join("\n"), "python");
}

function loadAdapters(name: string, { adapters, root }: PublishedWeights): string[] {
  const base = root.kind === "hub" ? `${JSON.stringify(root.id)}${root.revision ? `, revision=${JSON.stringify(root.revision)}` : ""}` : place(root.folder);
  return [
    "from huggingface_hub import snapshot_download",
    "from peft import PeftModel",
    "from transformers import AutoModelForCausalLM, AutoTokenizer",
    "",
    `folder = snapshot_download(${name})`,
    "tokenizer = AutoTokenizer.from_pretrained(folder)",
    `model = AutoModelForCausalLM.from_pretrained(${base})`,
    // An adapter was trained upon the ones below it, so those are folded in first.
    ...adapters.toReversed().map((adapter) => `model = PeftModel.from_pretrained(model, ${place(adapter)}).merge_and_unload()`),
  ];
}

function place(folder: string): string {
  return folder === "" ? "folder" : `f"{folder}/${folder}"`;
}

function generate(isChat: boolean): string[] {
  const prompt = isChat
    ? ['messages = [{"role": "user", "content": "Hello"}]', 'inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")']
    : ['inputs = tokenizer("Hello", return_tensors="pt", return_token_type_ids=False)'];
  return ["", ...prompt, "output = model.generate(**inputs, max_new_tokens=100)", 'print(tokenizer.decode(output[0][inputs["input_ids"].shape[1]:], skip_special_tokens=True))'];
}
