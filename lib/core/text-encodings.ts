/** Encodings that text files are read in; `latin-1` is windows-1252, as on the web. */
export const textEncodings = [
  "utf-8",
  "utf-16",
  "latin-1",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "windows-1255",
  "windows-1256",
  "windows-1257",
  "windows-1258",
  "windows-874",
  "koi8-r",
  "macintosh",
  "gb18030",
  "big5",
  "shift_jis",
  "euc-jp",
  "euc-kr",
] as const;
export type TextEncoding = (typeof textEncodings)[number];
