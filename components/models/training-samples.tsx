import { useTranslations } from "use-intl";
import type { Training } from "./training-facts";

/** What the model wrote at its last evaluation, beside what its rows say. */
export function TrainingSamples({ samples }: { samples: NonNullable<Training["samples"]> }) {
  const t = useTranslations("models.samples");
  const hasWanted = samples.samples.some(({ wanted }) => wanted !== null);
  return (
    <section className="rounded border bg-surface p-4" data-testid="training-samples">
      <h2 className="mb-2 text-base font-semibold">{t("title", { step: samples.step })}</h2>
      <table className="w-full table-fixed text-left text-sm">
        <thead className="text-muted">
          <tr>
            <th className="py-1 pr-4 font-normal">{t("prompt")}</th>
            <th className="py-1 pr-4 font-normal">{t("reply")}</th>
            {hasWanted && <th className="py-1 font-normal">{t("wanted")}</th>}
          </tr>
        </thead>
        <tbody>
          {samples.samples.map(({ prompt, reply, wanted }, index) => (
            <tr key={index} className="border-t align-top">
              <td className="py-1.5 pr-4"><Text>{prompt}</Text></td>
              <td className="py-1.5 pr-4"><Text>{reply}</Text></td>
              {hasWanted && <td className="py-1.5"><Text>{wanted ?? ""}</Text></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Text({ children }: { children: string }) {
  return <div className="max-h-40 overflow-auto break-words whitespace-pre-wrap">{children.trim()}</div>;
}
