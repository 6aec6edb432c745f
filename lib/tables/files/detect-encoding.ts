import { isUtf8 } from "node:buffer";
import { detect } from "chardet";
import type { TextEncoding } from "@/lib/core/text-encodings";

const byChardet: Record<string, TextEncoding> = {
  "UTF-8": "utf-8",
  "UTF-16LE": "utf-16",
  "UTF-16BE": "utf-16",
  "ISO-8859-1": "latin-1",
  "windows-1252": "latin-1",
  "ISO-8859-2": "iso-8859-2",
  "windows-1250": "windows-1250",
  "ISO-8859-5": "windows-1251",
  "windows-1251": "windows-1251",
  "ISO-8859-7": "windows-1253",
  "windows-1253": "windows-1253",
  "ISO-8859-9": "windows-1254",
  "windows-1254": "windows-1254",
  "ISO-8859-8": "windows-1255",
  "windows-1255": "windows-1255",
  "ISO-8859-6": "windows-1256",
  "windows-1256": "windows-1256",
  "KOI8-R": "koi8-r",
  GB18030: "gb18030",
  Big5: "big5",
  Shift_JIS: "shift_jis",
  "EUC-JP": "euc-jp",
  "EUC-KR": "euc-kr",
};

/**
 * The encoding of a text file, from its beginning. A file that is UTF-8 but for a few bytes is UTF-8: those rows are set
 * aside, which loses less than reading every other row wrong.
 */
export function detectEncoding(sample: Buffer): TextEncoding {
  if (utf32Endianness(sample) !== null) return "utf-32";
  if (utf16Endianness(sample) !== null) return "utf-16";
  if (isUtf8(sample)) return "utf-8";
  const { sound, broken } = countSequences(sample);
  if (sound >= broken) return "utf-8";
  const high = highBytes(sample);
  if (high.length <= 2 && high.some((at) => seldom.has(sample[at] ?? 0))) return "utf-8";
  // Words of Cyrillic, Greek or Chinese have such bytes one after the other; those of Latin have one here and there.
  const isLatin = shareOf(high, (at) => !isInRun(sample, at)) > 0.6;
  // Chardet does not know windows-1258, whose tones follow the vowel they belong to, nor the Macintosh's.
  if (shareOf(high, (at) => isVietnameseTone(sample, at)) >= 0.2 && high.length > 2) return "windows-1258";
  // A dash without spaces stands within a word, as it seems; nothing can be told by it.
  if (shareOf(high.filter((at) => sample[at] !== 0x96 && sample[at] !== 0x97), (at) => isMacLetter(sample, at)) > 0.5) return "macintosh";
  const guessed = byChardet[detect(withoutAscii(sample)) ?? ""] ?? "latin-1";
  return isLatin ? chooseLatin(sample, high, guessed) : guessed;
}

/** Bytes that windows-1252 has no sign for, and those it has one for that nobody writes: damage rather than text. */
const seldom = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d, 0xfe, 0xff]);

/** Bytes that are signs in windows-1252, such as £, ³ and ¿, and letters in windows-1250. */
const centralLetters = new Set([0x8d, 0x8f, 0x9c, 0x9d, 0x9f, 0xa3, 0xa5, 0xaa, 0xaf, 0xb3, 0xb9, 0xba, 0xbc, 0xbe, 0xbf]);
/** Bytes that are signs in both, and letters in ISO 8859-2. */
const isoLetters = new Set([0xa1, 0xa6, 0xa9, 0xab, 0xac, 0xae, 0xb1, 0xb5, 0xb6, 0xbb, 0xbc]);
/** ą and ź, which often end a word; ± and ¼ seldom follow a letter. */
const isoEndings = new Set([0xb1, 0xbc]);
/** The letters of Icelandic in windows-1252, which are the Turkish ones of windows-1254. */
const turkishLetters = new Set([0xd0, 0xdd, 0xde, 0xf0, 0xfd, 0xfe]);

/**
 * Which encoding of Latin letters: a few bytes are too few for statistics, so windows-1252, by far the commonest, holds until a
 * byte that is a sign in it stands within a word.
 */
function chooseLatin(sample: Buffer, high: readonly number[], guessed: TextEncoding): TextEncoding {
  const isWithin = (letters: ReadonlySet<number>): boolean => high.some((at) => letters.has(sample[at] ?? 0) && isAsciiLetter(sample[at + 1]) && (isAsciiLetter(sample[at - 1]) || isSpace(sample[at - 1])));
  const isIso = high.some((at) => (isoEndings.has(sample[at] ?? 0) && isAsciiLetter(sample[at - 1])) || (isoLetters.has(sample[at] ?? 0) && isAsciiLetter(sample[at - 1]) && isAsciiLetter(sample[at + 1])));
  if (isIso && high.every((at) => (sample[at] ?? 0) >= 0xa0)) return "iso-8859-2";
  if (guessed === "windows-1254") return isWithin(turkishLetters) ? guessed : "latin-1";
  const isCentral = high.some((at) => centralLetters.has(sample[at] ?? 0) && isAsciiLetter(sample[at - 1]) && isAsciiLetter(sample[at + 1])) || (guessed === "windows-1250" && isWithin(centralLetters));
  return isCentral ? "windows-1250" : "latin-1";
}

/** Which byte of each four comes first, from the mark. */
export function utf32Endianness(sample: Buffer): "le" | "be" | null {
  if (sample.length < 4) return null;
  if (sample.readUInt32LE(0) === 0xfeff) return "le";
  return sample.readUInt32BE(0) === 0xfeff ? "be" : null;
}

/** Which half of each pair comes first, from the mark or from where the zeros of ASCII text stand. */
export function utf16Endianness(sample: Buffer): "utf-16le" | "utf-16be" | null {
  if (sample[0] === 0xff && sample[1] === 0xfe) return "utf-16le";
  if (sample[0] === 0xfe && sample[1] === 0xff) return "utf-16be";
  const zeros = [0, 0];
  const length = Math.min(sample.length, 4096);
  for (let at = 0; at < length; at++) if (sample[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  // Text with a few null bytes in it is no UTF-16: there every line break and comma has one.
  if (odd > length / 10 && even < odd / 20) return "utf-16le";
  if (even > length / 10 && odd < even / 20) return "utf-16be";
  return null;
}

/** Characters of several bytes that are sound UTF-8, and places that are not. A piece cut off at the end is neither. */
function countSequences(bytes: Buffer): { sound: number; broken: number } {
  let sound = 0;
  let broken = 0;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      at++;
      continue;
    }
    const length = byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
    if (length > 0 && byte < 0xf5 && at + length > bytes.length) break;
    if (length > 0 && byte < 0xf5 && isUtf8(bytes.subarray(at, at + length))) {
      sound++;
      at += length;
    } else {
      broken++;
      at++;
    }
  }
  return { sound, broken };
}

const MOST_LOOKED_AT = 20_000;

function highBytes(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = 0; at < bytes.length && places.length < MOST_LOOKED_AT; at++) if ((bytes[at] ?? 0) >= 0x80) places.push(at);
  return places;
}

/** Whether three such bytes stand together around this one. */
function isInRun(bytes: Buffer, at: number): boolean {
  const isHigh = (place: number): number => ((bytes[place] ?? 0) >= 0x80 ? 1 : 0);
  return isHigh(at - 1) + isHigh(at + 1) === 2 || isHigh(at - 2) + isHigh(at - 1) === 2 || isHigh(at + 1) + isHigh(at + 2) === 2;
}

function shareOf(places: readonly number[], test: (at: number) => boolean): number {
  return places.filter(test).length / Math.max(1, places.length);
}

function isAsciiLetter(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z]/.test(String.fromCharCode(byte));
}

function isSpace(byte: number | undefined): boolean {
  return byte === undefined || /[\s,;|"']/.test(String.fromCharCode(byte));
}

/** A tone mark of windows-1258 stands after the vowel that it belongs to. */
function isVietnameseTone(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1] ?? 0;
  const isVowel = /[aeiouyAEIOUY]/.test(String.fromCharCode(before)) || [0xc2, 0xc3, 0xca, 0xd4, 0xd5, 0xdd, 0xe2, 0xe3, 0xea, 0xf4, 0xf5, 0xfd].includes(before);
  return [0xcc, 0xd2, 0xde, 0xec, 0xf2].includes(bytes[at] ?? 0) && isVowel;
}

/**
 * In MacRoman the letters begin at 0x80, where windows-1252 has signs. Those that stand where quotation marks, dashes and the
 * like do are no letters.
 */
function isMacLetter(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? 0;
  const [isAfter, isBefore] = [isAsciiLetter(bytes[at - 1]), isAsciiLetter(bytes[at + 1])];
  if (byte < 0x80 || byte >= 0xa0 || (!isAfter && !isBefore)) return false;
  if (byte === 0x92) return false;
  const opens = byte === 0x82 || byte === 0x84 || byte === 0x8b || byte === 0x91 || byte === 0x93 || byte === 0x95;
  const closes = byte === 0x85 || byte === 0x94 || byte === 0x99 || byte === 0x9b;
  return !(opens && !isAfter) && !(closes && !isBefore);
}

const MAX_DETECTED_BYTES = 1 << 16;

/** The lines with anything to tell by: a long file of ASCII with a few accents hides them from the statistics. */
function withoutAscii(sample: Buffer): Buffer {
  const lines: Buffer[] = [];
  let size = 0;
  let start = 0;
  while (start < sample.length && size < MAX_DETECTED_BYTES) {
    const found = sample.indexOf(10, start);
    const end = found < 0 ? sample.length : found + 1;
    const line = sample.subarray(start, end);
    if (line.some((byte) => byte >= 0x80)) {
      lines.push(line);
      size += line.length;
    }
    start = end;
  }
  return Buffer.concat(lines);
}
