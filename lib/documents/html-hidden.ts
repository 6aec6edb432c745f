type Attributes = Readonly<Record<string, string | undefined>>;

const skipped = new Set(["script", "style", "noscript", "template", "svg", "iframe", "object", "select", "textarea", "datalist"]);

/** Wikipedia hides its formulas from the eye, which sees a picture of them. */
const readAloud = /\bmwe-math-mathml-a11y\b/;

/** Whether a person who looks at the page sees nothing of an element, or sees it twice. */
export function isHidden(name: string, attributes: Attributes): boolean {
  if (skipped.has(name)) return true;
  if (name === "dialog") return attributes["open"] === undefined;
  // The sign beside a heading that links to it, seen when a mouse is over it.
  if (name === "a" && /(^|\s)(headerlink|header-anchor|hash-link|anchor-link)(\s|$)/.test(attributes["class"] ?? "")) return true;
  if (readAloud.test(attributes["class"] ?? "")) return false;
  // What is hidden from screen readers is decoration, or there a second time: KaTeX's drawing beside its MathML.
  if (attributes["hidden"] !== undefined && attributes["hidden"] !== "until-found") return true;
  if (attributes["aria-hidden"] === "true") return true;
  // `mso-hide` is Word's hidden text in the HTML that it saves.
  return /(^|[;\s])(display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|mso-hide\s*:\s*all)/i.test(attributes["style"] ?? "");
}
