import { type AsyncRecordBatchStreamReader, type DataType, RecordBatchReader } from "apache-arrow";
import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { arrowCell, arrowDuckType } from "./arrow-cells";
import { type CellColumn, CellRows } from "./cell-rows";
import { nameColumns } from "./name-columns";
import type { SourceContext, SourceFile, SourceTable } from "./source-file";
import { readMember, type ZipArchive, type ZipMember } from "./zip-archive";

const state = z.object({ _data_files: z.array(z.object({ filename: z.string() })) });
const MAX_STATE_BYTES = 16 * 2 ** 20;

/**
 * Loads a folder that Hugging Face `datasets` saved with `save_to_disk`, packed as a ZIP: Arrow streams in the order that
 * `state.json` gives. Throws `archive_without_table`, `split_missing`, `file_empty`.
 */
export async function loadSavedDataset({ scratch, signal }: SourceContext, archive: ZipArchive, file: SourceFile, split: string): Promise<SourceTable> {
  const folder = chooseFolder(archive, file, split);
  const rows = await CellRows.create(scratch);
  let columns: CellColumn[] | null = null;
  for (const member of await listDataFiles(archive, folder)) {
    const reader = (await RecordBatchReader.from(await member.open())) as AsyncRecordBatchStreamReader;
    await reader.open();
    const types = reader.schema.fields.map((field) => field.type as DataType);
    columns ??= nameColumns(reader.schema.fields.map(({ name }) => name)).map((name, index) => ({ name, type: arrowDuckType(types[index] as DataType) }));
    for await (const batch of reader) {
      signal?.throwIfAborted();
      for (let row = 0; row < batch.numRows; row++) {
        await rows.add(types.map((type, index) => arrowCell(batch.getChildAt(index)?.get(row), type)));
      }
    }
  }
  if (columns === null || columns.length === 0) throw new AppError("file_empty", { name: file.name });
  return { ...(await rows.close(columns)), rows: rows.count, failures: null };
}

/** Path of the folder with the data, ending in a slash unless it is the archive's own top. */
function chooseFolder({ members }: ZipArchive, file: SourceFile, split: string): string {
  const folders = members.flatMap(({ name }) => (/(^|\/)state\.json$/.test(name) ? [name.slice(0, -"state.json".length)] : []));
  const [only] = folders;
  if (only === undefined) throw new AppError("archive_without_table", { name: file.name });
  if (folders.length === 1 && split === "") return only;
  const named = folders.map((folder) => ({ folder, split: folder.split("/").at(-2) ?? "" }));
  const found = named.find((candidate) => candidate.split === split);
  if (!found) throw new AppError("split_missing", { split, splits: named.map((candidate) => candidate.split).join(", ") });
  return found.folder;
}

async function listDataFiles({ members }: ZipArchive, folder: string): Promise<ZipMember[]> {
  const byName = new Map(members.map((member) => [member.name, member]));
  const parsed = state.parse(JSON.parse((await readMember(byName.get(`${folder}state.json`) as ZipMember, MAX_STATE_BYTES)).toString("utf8")));
  return parsed._data_files.map(({ filename }) => {
    const member = byName.get(folder + filename);
    if (!member) throw new Error(`the file ${filename} is not in it`);
    return member;
  });
}
