import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import type { ApiReply } from "@/components/api/call-api";
import { Notice } from "@/components/ui/notice";
import { previewChunks } from "@/lib/contracts/previews";

type Chunk = ApiReply<typeof previewChunks>["chunks"][number];

/** Where a chunk comes from and how large it is, then how it begins and ends; what it repeats is told apart. */
function ChunkItem({ chunk, number, unit }: { chunk: Chunk; number: number; unit: string }) {
  const t = useTranslations("params.preview");
  const { page, section, size, overlap, head, tail } = chunk;
  const repeated = Array.from(head).slice(0, overlap).join("");
  const facts = [t("size", { size, unit }), ...(page === null ? [] : [t("page", { page })]), ...(overlap > 0 ? [t("overlap", { count: overlap })] : [])];
  return (
    <li aria-label={t("chunk", { number })} className="flex flex-col gap-1 rounded border bg-raised px-2 py-1.5">
      <p className="flex flex-wrap gap-x-2 text-xs text-muted">
        <span className="font-medium text-text">{number}</span>
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {section.length > 0 && <p className="truncate text-xs text-muted">{section.join(" › ")}</p>}
      <p className="text-xs whitespace-pre-line [overflow-wrap:anywhere]">
        <span className={tail === "" ? "" : "line-clamp-3"}>
          <span className="text-muted">{repeated}</span>
          {head.slice(repeated.length)}
        </span>
        {tail !== "" && (
          <>
            <span aria-hidden className="block text-center text-muted">
              ⋯
            </span>
            <span>{tail}</span>
          </>
        )}
      </p>
    </li>
  );
}

/** How the step would cut its first document. */
export function ChunkPreview({ stepId, params }: { stepId: string; params: Record<string, unknown> }) {
  const t = useTranslations("params.preview");
  const { data, error } = useApi(previewChunks, { body: { step: stepId, params } }, { keepPrevious: true, once: true });
  if (error) return <Notice tone="warn">{error.message}</Notice>;
  if (!data) return <p className="text-xs text-muted">{t("working")}</p>;
  const { name, characters, chunks, hasMore } = data;
  const unit = params["chunkBy"] === "none" ? "characters" : String(params["chunkUnit"]);
  return (
    <div className="flex flex-col gap-2">
      <p className="text-xs text-muted [overflow-wrap:anywhere]">{t("document", { name, count: characters })}</p>
      <ol className="flex flex-col gap-1.5">
        {chunks.map((chunk, index) => (
          <ChunkItem key={index} chunk={chunk} number={index + 1} unit={unit} />
        ))}
      </ol>
      {hasMore && <p className="text-xs text-muted">{t("more", { count: chunks.length })}</p>}
    </div>
  );
}
