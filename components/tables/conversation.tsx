import { classNames } from "@/components/ui/class-names";
import { readTurns, sideOf } from "./read-turns";

/** A conversation turn by turn, as its reader would meet it. */
export function Conversation({ value }: { value: unknown }) {
  return (
    <ol className="flex flex-col gap-1.5">
      {readTurns(value).map(({ role, text, calls }, index) => (
        <li key={index} className={classNames("rounded border px-2.5 py-1.5", { asks: "bg-accent-soft", answers: "bg-surface", other: "bg-raised" }[sideOf(role)])}>
          <div className="text-2xs font-medium text-muted">{role}</div>
          {text !== "" && <div className="break-words whitespace-pre-wrap">{text}</div>}
          {calls.map((call, place) => (
            <code key={place} className="block font-mono text-xs break-words whitespace-pre-wrap">
              {call.name}({call.arguments})
            </code>
          ))}
        </li>
      ))}
    </ol>
  );
}
