// Written by scripts/generate-catalogue.ts from the folders beside it. Do not edit.

import { ArrowDownAZ, ArrowUpDown, BetweenVerticalStart, ChartPie, CloudDownload, CloudUpload, Columns3, FileInput, FileOutput, Filter, FoldVertical, FunctionSquare, GraduationCap, Group, ListEnd, ListPlus, ListStart, Merge, MessageSquareText, PencilLine, Rows3, Shuffle, Sparkles, Split, Table, Table2, UnfoldVertical, WandSparkles, type LucideIcon } from "lucide-react";

export const stepIcons: Record<string, LucideIcon | undefined> = {
  "arrow-down-a-z": ArrowDownAZ,
  "arrow-up-down": ArrowUpDown,
  "between-vertical-start": BetweenVerticalStart,
  "chart-pie": ChartPie,
  "cloud-download": CloudDownload,
  "cloud-upload": CloudUpload,
  "columns-3": Columns3,
  "file-input": FileInput,
  "file-output": FileOutput,
  "filter": Filter,
  "fold-vertical": FoldVertical,
  "function-square": FunctionSquare,
  "graduation-cap": GraduationCap,
  "group": Group,
  "list-end": ListEnd,
  "list-plus": ListPlus,
  "list-start": ListStart,
  "merge": Merge,
  "message-square-text": MessageSquareText,
  "pencil-line": PencilLine,
  "rows-3": Rows3,
  "shuffle": Shuffle,
  "sparkles": Sparkles,
  "split": Split,
  "table": Table,
  "table-2": Table2,
  "unfold-vertical": UnfoldVertical,
  "wand-sparkles": WandSparkles,
};
