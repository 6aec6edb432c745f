import type { Readable } from "node:stream";
import { Parser, type ParserOptions } from "htmlparser2";

export interface XmlHandler {
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

const options: ParserOptions = { xmlMode: true, decodeEntities: true };

/** Streams XML through a handler, a pause after each piece. Prefixes of names are left out. */
export async function* readXml(stream: Readable, handler: XmlHandler): AsyncGenerator<void> {
  const parser = new Parser(
    {
      onopentag: (name, attributes) => handler.open?.(bare(name), attributes),
      ontext: (text) => handler.text?.(text),
      onclosetag: (name) => handler.close?.(bare(name)),
    },
    options,
  );
  const decoder = new TextDecoder();
  for await (const piece of stream as AsyncIterable<Buffer>) {
    parser.write(decoder.decode(piece, { stream: true }));
    yield;
  }
  parser.end();
  yield;
}

function bare(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
