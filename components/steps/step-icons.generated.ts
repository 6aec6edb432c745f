// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.

import { ArrowDownAZ, CloudDownload, CloudUpload, Columns3, FileInput, FileOutput, Filter, FunctionSquare, GraduationCap, ListEnd, ListStart, MessageSquareText, PencilLine, Rows3, Shuffle, Sparkles, Split, Table, WandSparkles, type LucideIcon } from "lucide-react";

export const stepIcons: Record<string, LucideIcon | undefined> = {
  "arrow-down-a-z": ArrowDownAZ,
  "cloud-download": CloudDownload,
  "cloud-upload": CloudUpload,
  "columns-3": Columns3,
  "file-input": FileInput,
  "file-output": FileOutput,
  "filter": Filter,
  "function-square": FunctionSquare,
  "graduation-cap": GraduationCap,
  "list-end": ListEnd,
  "list-start": ListStart,
  "message-square-text": MessageSquareText,
  "pencil-line": PencilLine,
  "rows-3": Rows3,
  "shuffle": Shuffle,
  "sparkles": Sparkles,
  "split": Split,
  "table": Table,
  "wand-sparkles": WandSparkles,
};
