import { NumberInput } from "../number-input";
import type { FieldProps } from "../field-props";

interface NumberFieldProps extends FieldProps {
  isInteger: boolean;
}

export function NumberField({ id, value, nullable, invalid, describedBy, isInteger, onCommit }: NumberFieldProps) {
  return <NumberInput id={id} value={typeof value === "number" ? value : null} isInteger={isInteger} nullable={nullable} invalid={invalid} describedBy={describedBy} onCommit={onCommit} />;
}
