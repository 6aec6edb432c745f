import { NumberInput } from "@/components/params/number-input";
import { Labelled } from "@/components/ui/labelled";

interface SettingNumberProps {
  label: string;
  value: number | null;
  range: [min: number, max: number];
  isInteger?: boolean;
  onChange: (value: number | null) => void;
}

/** A number of a call; empty is the model's own. */
export function SettingNumber({ label, value, range: [min, max], isInteger = false, onChange }: SettingNumberProps) {
  return (
    <Labelled label={label}>
      {({ id, describedBy }) => <NumberInput id={id} describedBy={describedBy} value={value} isInteger={isInteger} nullable min={min} max={max} onCommit={onChange} />}
    </Labelled>
  );
}
