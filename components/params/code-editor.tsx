import { autocompletion, completionKeymap, type Completion, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { linter, type Diagnostic } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { Decoration, EditorView, keymap, MatchDecorator, placeholder as showPlaceholder, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { classNames } from "@/components/ui/class-names";

interface CodeEditorProps {
  id: string;
  label: string;
  value: string;
  /** `prompt`: `{column}` places. `expression`, `code`: column names as they are. `plain`: neither. */
  mode: "prompt" | "expression" | "code" | "plain";
  /** Null while unknown: nothing is marked as wrong then. */
  columns: string[] | null;
  /** What is said of a `{column}` that is not there. */
  describeUnknown: (column: string) => string;
  placeholder?: string;
  invalid: boolean;
  describedBy: string;
  onCommit: (text: string) => void;
}

const isPlainName = (name: string) => /^[a-z_]\w*$/i.test(name);

function completeColumns(mode: CodeEditorProps["mode"], columns: string[]) {
  return (context: CompletionContext) => {
    const word = context.matchBefore(mode === "prompt" ? /\{[^{}\n]*/ : /[\w"]+/);
    if (!word && !context.explicit) return null;
    const options = columns.map((name): Completion => {
      if (mode === "prompt") return { label: `{${name}}`, type: "variable", apply: `{${name}}` };
      return { label: name, type: "variable", apply: isPlainName(name) ? name : `"${name.replaceAll('"', '""')}"` };
    });
    return { from: word?.from ?? context.pos, options };
  };
}

/** Doubled braces are plain text. */
const PLACE = /\{\{|\}\}|\{([^{}\n]+)\}/g;
const LINT_MS = 300;

/** Marks `{column}` places of columns that are there as a chip. */
function markPlaces(columns: string[] | null): Extension {
  const known = Decoration.mark({ class: "cm-column" });
  const matcher = new MatchDecorator({
    regexp: PLACE,
    decoration: (match) => {
      const name = match[1];
      if (name === undefined) return null;
      return !columns || columns.includes(name) ? known : null;
    },
  });
  return ViewPlugin.fromClass(
    class {
      marks: DecorationSet;
      constructor(view: EditorView) {
        this.marks = matcher.createDeco(view);
      }
      update(update: ViewUpdate) {
        this.marks = matcher.updateDeco(update, this.marks);
      }
    },
    { decorations: (plugin) => plugin.marks },
  );
}

/** Underlines `{column}` places of columns that are not there, and says so on hover. */
function lintPlaces(columns: string[] | null, describeUnknown: (column: string) => string): Extension {
  if (!columns) return [];
  const findUnknown = (view: EditorView): Diagnostic[] =>
    [...view.state.doc.toString().matchAll(PLACE)].flatMap((match) => {
      const name = match[1];
      if (name === undefined || columns.includes(name)) return [];
      return [{ from: match.index, to: match.index + match[0].length, severity: "error", message: describeUnknown(name), markClass: "cm-column-unknown" }];
    });
  return linter(findUnknown, { delay: LINT_MS });
}

function makeColumnSupport(mode: CodeEditorProps["mode"], columns: string[] | null, describeUnknown: (column: string) => string): Extension {
  if (mode === "plain") return [];
  const completion = autocompletion({ override: [completeColumns(mode, columns ?? [])] });
  return mode === "prompt" ? [completion, markPlaces(columns), lintPlaces(columns, describeUnknown)] : completion;
}

/** A text editor for prompts and expressions. What is typed is committed when it loses the focus. */
export function CodeEditor({ id, label, value, mode, columns, describeUnknown, placeholder = "", invalid, describedBy, onCommit }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const columnSupport = useRef(new Compartment());
  const latest = useRef({ value, onCommit });
  useEffect(() => {
    latest.current = { value, onCommit };
  });
  useEffect(() => {
    if (!host.current) return undefined;
    const commit = (view: EditorView) => {
      const text = view.state.doc.toString();
      if (text !== latest.current.value) latest.current.onCommit(text);
      return false;
    };
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          history(),
          keymap.of([...completionKeymap, ...defaultKeymap.filter((binding) => binding.key !== "Mod-Enter"), ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy, id, role: "textbox", "aria-multiline": "true" }),
          EditorView.domEventHandlers({ blur: (_, target) => commit(target) }),
          showPlaceholder(placeholder),
          columnSupport.current.of([]),
        ],
      }),
    });
    editor.current = view;
    return () => {
      commit(view);
      view.destroy();
    };
  }, [id, label, describedBy, placeholder]);
  useEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
  }, [value]);
  const columnKey = columns?.join("\0");
  useEffect(() => {
    const names = columnKey === undefined ? null : columnKey === "" ? [] : columnKey.split("\0");
    editor.current?.dispatch({ effects: columnSupport.current.reconfigure(makeColumnSupport(mode, names, describeUnknown)) });
  }, [mode, columnKey, describeUnknown]);
  return (
    <div
      ref={host}
      className={classNames(
        "overflow-hidden rounded border focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent",
        invalid ? "border-bad" : "border-line-strong",
        mode === "expression" ? "[&_.cm-content]:min-h-8" : "[&_.cm-content]:min-h-24 [&_.cm-editor]:max-h-96",
      )}
    />
  );
}
