import { type DocumentText, SectionPath } from "./document";

/** Markdown stays as it is written; only its headings are found. Those in code are none. */
export function readMarkdown(text: string): DocumentText {
  const path = new SectionPath();
  const body = skipFrontMatter(text);
  let fence: string | null = null;
  let before = { line: "", start: 0 };
  let start = body;
  for (const line of text.slice(body).split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
    } else if (mark) fence = mark;
    else {
      const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#*)?[ \t\r]*$/.exec(line);
      const underline = /^ {0,3}(=+|-+)[ \t\r]*$/.exec(line)?.[1];
      if (heading?.[1]) path.enter(heading[1].length, heading[2] ?? "", start);
      else if (underline && isParagraph(before.line)) path.enter(underline.startsWith("=") ? 1 : 2, before.line.trim(), before.start);
    }
    before = { line, start };
    start += line.length + 1;
  }
  const title = /^title:[ \t]*["']?(.+?)["']?[ \t\r]*$/m.exec(text.slice(0, body))?.[1];
  return { title: title ?? path.sections[0]?.path[0] ?? null, text, sections: path.sections, pages: [], failures: [] };
}

/** Length of the YAML between `---` lines at the top. */
function skipFrontMatter(text: string): number {
  return /^---[ \t]*\r?\n[\s\S]*?\n---[ \t]*\r?(\n|$)/.exec(text)?.[0].length ?? 0;
}

function isParagraph(line: string): boolean {
  return line.trim() !== "" && !/^ {0,3}([-*+>|]|#{1,6} |\d+[.)] )/.test(line);
}
