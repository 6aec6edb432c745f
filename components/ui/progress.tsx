interface ProgressProps {
  label: string;
  /** Null while the end is not known. */
  value: number | null;
  max: number;
}

export function Progress({ label, value, max }: ProgressProps) {
  const share = value === null || max <= 0 ? null : Math.min(1, value / max);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value ?? undefined}
      className="h-1 w-full overflow-hidden rounded-full bg-pressed"
    >
      <div className="h-full w-full origin-left bg-busy transition-transform" style={{ transform: `scaleX(${String(share ?? 0.15)})` }} />
    </div>
  );
}
