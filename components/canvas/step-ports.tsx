import { Handle, Position } from "@xyflow/react";
import { useTranslations } from "use-intl";
import { getPortLabel } from "@/components/steps/step-words";
import { classNames } from "@/components/ui/class-names";
import type { PortType } from "@/lib/steps/_sdk/define-step";

interface Port {
  name: string;
  type: PortType;
  required?: boolean;
}

interface StepPortsProps {
  stepId: string;
  ports: readonly Port[];
  side: "in" | "out";
}

const portColor = (type: PortType) => ({ "--port-color": `var(--port-${type})` }) as React.CSSProperties;

/** The sockets of one side of a card, spread over its height, with their names while the pointer is on the card. */
export function StepPorts({ stepId, ports, side }: StepPortsProps) {
  const t = useTranslations("canvas");
  const isIn = side === "in";
  return ports.map((port, index) => (
    <Handle
      key={port.name}
      id={port.name}
      type={isIn ? "target" : "source"}
      position={isIn ? Position.Left : Position.Right}
      style={{ top: `${String(((index + 1) / (ports.length + 1)) * 100)}%`, ...portColor(port.type) }}
      className={classNames("step-port group/port", port.type === "model" && "step-port-model")}
      aria-label={getPortLabel(stepId, port.name)}
      data-port={port.name}
    >
      <span
        className={classNames(
          "pointer-events-none absolute -top-6 hidden rounded-sm border border-line bg-surface px-1 text-2xs whitespace-nowrap text-muted group-hover/port:block",
          isIn ? "right-0" : "left-0",
        )}
      >
        {port.required === false ? t("optionalPort", { port: getPortLabel(stepId, port.name) }) : getPortLabel(stepId, port.name)}
      </span>
    </Handle>
  ));
}
