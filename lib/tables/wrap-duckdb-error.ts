import { AppError, isAppError } from "@/lib/core/app-error";

/** What DuckDB threw, in our words: `cancelled`, `disk_full`, `query_out_of_memory`, else `internal` with its text. */
export function wrapDuckDbError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const detail =
    (error instanceof Error ? error.message : String(error)).split("\n\n")[0] ??
    "";
  if (/^INTERRUPT Error/i.test(detail))
    return new AppError("cancelled", {}, { cause: error });
  if (
    /No space left on device|max_temp_directory_size|Disk quota exceeded/i.test(
      detail,
    )
  ) {
    return new AppError("disk_full", {}, { cause: error });
  }
  if (/^Out of Memory Error/i.test(detail))
    return new AppError("query_out_of_memory", { detail }, { cause: error });
  return new AppError("internal", { detail }, { cause: error });
}
