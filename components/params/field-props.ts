import type { z } from "zod";
import type { Column } from "@/lib/steps/_sdk/columns";

/** What every field of a step's form is handed. */
export interface FieldProps {
  /** Id of the control, which the label points to. */
  id: string;
  label: string;
  stepId: string;
  param: string;
  /** Without null, optional and default around it. */
  schema: z.ZodType;
  nullable: boolean;
  value: unknown;
  /** Columns of the port the field is about; null while unknown. */
  columns: Column[] | null;
  invalid: boolean;
  /** Id of the help and problem texts. */
  describedBy: string;
  onCommit: (value: unknown) => void;
}
