type Attributes = Readonly<Record<string, string | undefined>>;

/**
 * What an element is beside its name: `equation`, a table that only arranges formulas; `mark`, the number of a list's item
 * as text; `note`, a footnote where it is called; `again`, that note's number once more; `tex`, TeX in its brackets.
 */
export type Role = "equation" | "mark" | "note" | "again" | "tex";

/** Of LaTeXML, which writes the pages of arXiv. */
const latexml: Record<string, Role> = { ltx_eqn_table: "equation", ltx_tag_item: "mark", ltx_note_outer: "note", ltx_note_mark: "again", ltx_tag_note: "again" };

export function findRole(attributes: Attributes): Role | null {
  const classes = attributes["class"]?.split(/\s+/) ?? [];
  for (const name of classes) {
    const role = Object.hasOwn(latexml, name) ? latexml[name] : undefined;
    if (role) return role;
  }
  // MathJax takes the brackets off: Sphinx, pandoc.
  return classes.includes("math") ? "tex" : null;
}

/** TeX of a page without the brackets that tell MathJax where it begins and ends. */
export function withoutBrackets(text: string): string {
  return text.replace(/^\s*\\[([]/, "").replace(/\\[)\]]\s*$/, "");
}

/** An item whose list draws no mark before it. */
export function isUnmarked(attributes: Attributes): boolean {
  return /(^|[;\s])list-style(-type)?\s*:\s*none/i.test(attributes["style"] ?? "");
}
