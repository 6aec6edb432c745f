import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SourceLoader } from "@/tests/support/source-loader";
import { decodeLatin } from "./open-text";
import type { SourceOptions } from "./source-file";

let loader: SourceLoader;
beforeAll(async () => {
  loader = await SourceLoader.open();
});
afterAll(() => loader.close());

const load = (content: string | Buffer, options?: Partial<SourceOptions>) => loader.load("a.csv", content, options);
const cells = async (content: string | Buffer, options?: Partial<SourceOptions>) => {
  const { columns, all, failed } = await load(content, options);
  expect(failed).toEqual([]);
  return [columns.map(({ name }) => name), ...all.map((row) => Object.values(row))];
};

describe("a reading that loses nothing", () => {
  it("reads one quoted column as one column", async () => {
    expect(await cells('prompt\n"Write a poem, please"\n"Sum up this text, in one line"\nTell a joke\n"Translate, then explain"\n')).toEqual([
      ["prompt"], ["Write a poem, please"], ["Sum up this text, in one line"], ["Tell a joke"], ["Translate, then explain"],
    ]);
  });

  it("reads quoted JSON replies in one column", async () => {
    const replies = Array.from({ length: 14 }, (_, index) => `{"id": ${index}, "text": "a, b", "more": ["x"]}`);
    const table = await load(`reply\n${replies.map((reply) => `"${reply.replaceAll('"', '""')}"`).join("\n")}\n`);
    expect(table.all.map(({ reply }) => reply)).toEqual(replies);
    expect(table.failed).toEqual([]);
  });

  it("reads a column of texts with commas and no quotes as one column", async () => {
    expect(await cells("prompt\nWrite a poem, please\nTranslate, then explain\nAgain, please\n")).toEqual([["prompt"], ["Write a poem, please"], ["Translate, then explain"], ["Again, please"]]);
  });

  it("reads quotes within quotes behind a backslash", async () => {
    const table = await load('id,text\n1,"He said \\"hi\\", twice"\n2,"C:\\new"\n3,plain\n');
    expect(table.all.map(({ text }) => text)).toEqual(['He said "hi", twice', "C:\\new", "plain"]);
    expect(table.noted).toContain("quotes_escaped");
  });

  it("reads both ways of quoting a quote in one file", async () => {
    expect(await cells('a,b\n"x ""y""",1\n"x \\"y\\"",2\n')).toEqual([["a", "b"], ['x "y"', 1n], ['x "y"', 2n]]);
  });

  it.each([["\r"], ["\n"], ["\r\n"]])("reads lines ending in %j", async (end) => {
    expect(await cells(["id,text", "1,alpha", "2,beta"].join(end))).toEqual([["id", "text"], [1n, "alpha"], [2n, "beta"]]);
  });

  it("reads a decimal comma between semicolons", async () => {
    expect(await cells("name;price;n\nA;1,5;2\nB;2,5;3\n")).toEqual([["name", "price", "n"], ["A", "1,5", 2n], ["B", "2,5", 3n]]);
  });

  it("leaves out lines above the table, and says so", async () => {
    const table = await load("Report of 2024\nMade by Ann\n\nid,score\na,1.5\nb,2.5\n");
    expect(table.all).toEqual([{ id: "a", score: 1.5 }, { id: "b", score: 2.5 }]);
    expect(table.notes).toContainEqual({ code: "titles_left_out", data: { count: 2, first: "Report of 2024" }, param: "headerRow" });
  });

  it("leaves out a title that a spreadsheet padded", async () => {
    expect(await cells("Report,,\n,,\nid,n,m\na,1,2\nb,3,4\n")).toEqual([["id", "n", "m"], ["a", 1n, 2n], ["b", 3n, 4n]]);
  });

  it("begins at a line that a person chose", async () => {
    expect(await cells("x,y\nid,n\na,1\n", { headerRow: 2 })).toEqual([["id", "n"], ["a", 1n]]);
  });

  it("reads Excel's line of the delimiter", async () => {
    expect(await cells("sep=;\na;b\nx;1\ny;2\n")).toEqual([["a", "b"], ["x", 1n], ["y", 2n]]);
  });

  it("sets aside a row with a bad byte and loads the others", async () => {
    const table = await load(Buffer.concat([Buffer.from("a,b\né,1\nx"), Buffer.from([0xff]), Buffer.from(",2\nü,3\n")]));
    expect(table.all).toEqual([{ a: "é", b: 1n }, { a: "ü", b: 3n }]);
    expect(table.failed).toMatchObject([{ code: "file_encoding", data: { line: 3 } }]);
  });
});

it.each([
  ["a\né\nx", 0xff, "\n", [{ a: "é" }]],
  ["a,b\nnaïve,1\ncaf", 0xe9, ",2\n", [{ a: "naïve", b: 1n }]],
])("one bad byte makes no good row wrong: %j", async (before, byte, after, rows) => {
  const table = await load(Buffer.concat([Buffer.from(before), Buffer.from([byte]), Buffer.from(after)]), { header: "yes" });
  expect(table.all).toEqual(rows);
  expect(table.failed).toMatchObject([{ code: "file_encoding" }]);
});

describe("a header", () => {
  it.each([
    ["pandas' index", ",text,label\n0,hello,pos\n1,world,neg\n", ["column1", "text", "label"], 2],
    ["a question as a name", `when,${"How satisfied are you with the services of our library and its staff in the past twelve months of this year? ".trim()}\n2024-01-02,very\n2024-01-03,not\n`, null, 2],
    ["names twice", "text,text\nhello,world\nhi,there\n", ["text", "text (2)"], 2],
    ["a comma too many in the header", "a,b,\n1,x\n2,y\n", ["a", "b"], 2],
    ["a comma too many in every line", "a,b,\n1,x,\n2,y,\n", ["a", "b", "column3"], 2],
    ["a comma too many below the header", "a,b\n1,x,\n2,y,\n", ["a", "b", "column3"], 2],
    ["names of rows, as R writes them", '"a","b"\n"r1",1,2\n"r2",3,4\n', ["column1", "a", "b"], 2],
    ["counted names over text, as pandas writes them", ",0,1\n0,hello,pos\n1,world,neg\n", ["column1", "0", "1"], 2],
    ["years", "country,2019,2020\nVN,1.5,2.5\nFR,3.5,4.5\n", ["country", "2019", "2020"], 2],
    ["a name that is met below", "text,n\ntext,1\nother,2\n", ["text", "n"], 2],
    ["no names", "ham,Go until\nspam,Free entry\nham,Nah\n", ["column1", "column2"], 3],
    ["numbers alone", "1,2\n3,4\n", ["column1", "column2"], 2],
    ["a list of sentences", "How are you today?\nI am fine, thanks.\nSee you soon.\n", ["column1"], 3],
    ["no names, with a number", "a b c,hello,2.5\nd e f,world,3.5\n", ["column1", "column2", "column3"], 2],
  ])("%s", async (_, content, names, rows) => {
    const table = await load(content);
    expect(table.rows).toBe(rows);
    if (names) expect(table.columns.map(({ name }) => name)).toEqual(names);
    expect(table.failed).toEqual([]);
  });
});

describe("text that looks like a number", () => {
  const typesOf = async (...values: string[]) => {
    const table = await load(`v\n${values.join("\n")}\n`, { header: "yes", delimiter: ";" });
    return [table.types["v"], await loader.texts(table, "v")];
  };

  it.each([
    ["versions", ["1.1", "1.10", "1.2"]],
    ["leading zeros", ["007", "8"]],
    ["telephone numbers", ["+84123", "+84456"]],
    ["powers", ["1e5", "2e5"]],
    ["long digits", ["12345678901234567890", "2"]],
    ["more digits than a double has", ["0.12345678901234567890", "0.5"]],
    ["two ways of writing", ["1.0", "1"]],
    ["minus nothing", ["-0", "1"]],
    ["spaces", [" 1", "2"]],
    ["words of numbers", ["nan", "inf"]],
    ["beyond the doubles", ["1e400", "1"]],
    ["points alone", [".5", "1."]],
    ["booleans of two kinds", ["true", "True"]],
  ])("%s stay as they are", async (_, values) => {
    expect(await typesOf(...values)).toEqual(["VARCHAR", values]);
  });

  it.each([
    ["BIGINT", ["1", "-2", "9223372036854775807", "-9223372036854775808"]],
    ["DOUBLE", ["0.5", "1.25", "-3.0"]],
    ["DOUBLE", ["1e-05", "0.1"]],
    ["DECIMAL(18,2)", ["0.50", "1.25", "-3.00"]],
    ["DECIMAL(30,20)", ["1234567890.12345678901234567890", "1.00000000000000000000"]],
    ["BOOLEAN", ["true", "false"]],
  ])("becomes %s where it is written back the same", async (type, values) => {
    expect(await typesOf(...values)).toEqual([type, values]);
  });

  it("takes whole numbers among fractions for what they are", async () => {
    const table = await load("v\n1\n0.5\n-2\n");
    expect(table.all).toEqual([{ v: 1 }, { v: 0.5 }, { v: -2 }]);
  });

  it("leaves a number in quotes text where others have none, and reads it where all have some", async () => {
    expect((await load('a,b\n"1",2\n"3",4\n')).types).toEqual({ a: "VARCHAR", b: "BIGINT" });
    expect((await load('"a","b"\n"1","x"\n"","y"\n')).all).toEqual([{ a: 1n, b: "x" }, { a: null, b: "y" }]);
  });
});

describe("decimal commas between semicolons", () => {
  it.each([
    ["datum;wert\n2024-01-01;0,5\n2024-01-02;0,75\n", ["datum", "wert"], ["2024-01-01", "0,5"]],
    ["wert;datum\n0,5;2024-01-01\n1,5;2024-01-02\n", ["wert", "datum"], ["0,5", "2024-01-01"]],
    ["a;b\n1,5;2,5\n1,25;3,5\n", ["a", "b"], ["1,5", "2,5"]],
    ["ort;preis\nBonn;1.234,50\nUlm;2.345,75\n", ["ort", "preis"], ["Bonn", "1.234,50"]],
    ["1;0,5\n2;0,7\n", ["column1", "column2"], [1n, "0,5"]],
    ["x;y;z\nja, gut;1,5;2\nnein, nie;2,5;3\n", ["x", "y", "z"], ["ja, gut", "1,5", 2n]],
    ["a,b\n1;2,3\n4;5,6\n", ["a", "b"], ["1;2", 3n]],
  ] as [string, string[], unknown[]][])("%j", async (content, names, first) => {
    expect((await cells(content)).slice(0, 2)).toEqual([names, first]);
  });
});

describe("a space after each comma", () => {
  it.each([
    ["a, b, c\n1, 2, 3\n4, 5, \"x, y\"\n", [["a", "b", "c"], [1n, 2n, "3"], [4n, 5n, "x, y"]]],
    ["39, State-gov, 77516\n50, Private, 83311\n", [["column1", "column2", "column3"], [39n, "State-gov", 77516n], [50n, "Private", 83311n]]],
    ["a; b\nx; 1,5\ny; \n", [["a", "b"], ["x", "1,5"], ["y", null]]],
    ["a, b\nx,y\n", [["a", " b"], ["x", "y"]]],
  ] as [string, unknown[][]][])("%j", async (content, expected) => {
    expect(await cells(content)).toEqual(expected);
  });

  it("is told, and kept by who sets the delimiter", async () => {
    const content = "a, b\nx, y\nz, 1\n";
    expect((await load(content)).notes).toContainEqual({ code: "spaces_taken_off", data: {}, param: "delimiter" });
    expect((await load(content, { delimiter: "," })).all).toEqual([{ a: "x", " b": " y" }, { a: "z", " b": " 1" }]);
  });
});

describe("many columns", () => {
  it("are typed in a time that does not grow with the square of their number", async () => {
    const names = Array.from({ length: 400 }, (_, index) => `c${String(index)}`);
    const table = await load(`${names.join(",")}\n${names.map((_, index) => String(index)).join(",")}\n`);
    expect(table.all).toEqual([Object.fromEntries(names.map((name, index) => [name, BigInt(index)]))]);
  });
});

describe("encodings", () => {
  const vietnamese = "tên,nơi\nĐặng,Huế\nNguyễn,Đà Nẵng\nTrần,Cần Thơ\n";
  const encode = (text: string, encoding: string): Buffer => {
    // What a decoder reads, the other way round.
    const decoder = new TextDecoder(encoding);
    const bytes = new Map<string, number[]>();
    for (let high = 0; high < 256; high++) bytes.set(decoder.decode(new Uint8Array([high])), [high]);
    // Some versions of Node read windows-1252 as ISO 8859-1.
    if (encoding === "windows-1252") for (let high = 0x80; high < 0xa0; high++) bytes.set(decodeLatin(Buffer.from([high])), [high]);
    if (!/^(windows|iso|koi8|macintosh)/.test(encoding)) for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) {
      const sign = decoder.decode(new Uint8Array([lead, trail]));
      if (Array.from(sign).length === 1 && sign !== "\uFFFD" && !bytes.has(sign)) bytes.set(sign, [lead, trail]);
    }
    return Buffer.from(Array.from(text).flatMap((sign) => bytes.get(sign) ?? [63]));
  };

  it.each([
    ["gb18030", "名称,城市\n今天天气很好我们去公园,北京\n这是一个测试文件,上海\n数据处理工具,广州\n"],
    ["big5", "名稱,城市\n今天天氣很好我們去公園,臺北\n這是一個測試檔案,高雄\n資料處理工具,臺中\n"],
    ["shift_jis", "名前,都市\nこれはテストです,東京\n今日はいい天気ですね,大阪\n"],
    ["euc-jp", "名前,都市\nこれはテストです,東京\n今日はいい天気ですね,大阪\n"],
    ["euc-kr", "이름,도시\n오늘은 날씨가 좋습니다,서울\n데이터 처리 도구,부산\n"],
    ["windows-1251", "имя,город\nСегодня хорошая погода,Москва\nЭто проверка,Казань\n"],
    ["windows-1253", "όνομα,πόλη\nΣήμερα ο καιρός είναι καλός,Αθήνα\nαυτό είναι ένα αρχείο,Πάτρα\n"],
    ["koi8-r", "имя,город\nСегодня хорошая погода в городе,Москва\nЭто проверка файла,Казань\n"],
    ["windows-1252", "nom,ville\nJosé déjà vu à l’été,Orléans\nGarçon naïf,Genève\n"],
    ["macintosh", "nom,ville\nJosé déjà vu à Noël,Orléans\nGarçon naïf,Genève\n"],
  ])("finds out %s", async (encoding, text) => {
    const table = await load(encode(text, encoding));
    expect(table.notes?.[0]?.code).toBe("encoding");
    expect([Object.keys(table.all[0] ?? {}), ...table.all.map((row) => Object.values(row))].map((row) => row.join(","))).toEqual(text.trim().split("\n"));
  });

  it("finds out windows-1258, and writes each letter as one", async () => {
    const marks: Record<string, number> = { "\u0300": 0xcc, "\u0309": 0xd2, "\u0303": 0xde, "\u0301": 0xec, "\u0323": 0xf2 };
    const single = new Map<string, number>();
    for (let high = 0; high < 256; high++) single.set(new TextDecoder("windows-1258").decode(new Uint8Array([high])), high);
    const bytes = Array.from(vietnamese).flatMap((sign) => {
      if (single.has(sign)) return [single.get(sign) ?? 0];
      const parts = Array.from(sign.normalize("NFD"));
      const tone = parts.find((part) => part in marks) ?? "";
      const base = parts.filter((part) => part !== tone).join("").normalize("NFC");
      return [single.get(base) ?? 63, marks[tone] ?? 63];
    });
    const table = await load(Buffer.from(bytes));
    expect(table.all).toEqual([{ tên: "Đặng", nơi: "Huế" }, { tên: "Nguyễn", nơi: "Đà Nẵng" }, { tên: "Trần", nơi: "Cần Thơ" }]);
  });

  it.each([
    ["UTF-16 with a mark", Buffer.from(`\uFEFF${vietnamese}`, "utf16le")],
    ["UTF-16 without one", Buffer.from(vietnamese, "utf16le")],
    ["UTF-16, the other end first", Buffer.from(`\uFEFF${vietnamese}`, "utf16le").swap16()],
    ["the other end first without a mark", Buffer.from(vietnamese, "utf16le").swap16()],
    ["UTF-8 with a mark", Buffer.from(`\uFEFF${vietnamese}`)],
  ])("reads %s", async (_, bytes) => {
    expect((await load(bytes)).all[0]).toEqual({ tên: "Đặng", nơi: "Huế" });
  });

  it.each(["20°C", "£5", "It’s fine", "“So it is”", "½ cup", "€5", "naïve", "Größe", "piñata", "10 µm", "© 2020", "cm³ und m²", "25–30", "a—b", "ﬁn…".replace("ﬁ", "fi"), "Ñandú", "l’été", "1º", "• point", "Acme™", "çok", "Þór"])(
    "reads one value that is not English, %s, as windows-1252",
    async (text) => {
      expect((await load(encode(`id,text\n1,plain\n2,${text}\n`, "windows-1252"))).all).toEqual([{ id: 1n, text: "plain" }, { id: 2n, text }]);
    },
  );

  it.each([
    ["iso-8859-2", "miasto,uwagi\nŁódź,żółw idzie ścieżką\nBrno,česká školní řeč\n"],
    ["windows-1250", "miasto,uwagi\nŁódź,żółw idzie ścieżką\nBrno,česká školní řeč\n"],
    ["windows-1254", "şehir,not\nİstanbul,ağaç ve şeker\nİzmir,çalışkan öğrenci\n"],
  ])("tells %s from its neighbours", async (encoding, text) => {
    const table = await load(encode(text, encoding));
    expect(table.notes?.[0]).toMatchObject({ code: "encoding", data: { encoding } });
    expect([Object.keys(table.all[0] ?? {}), ...table.all.map((row) => Object.values(row))].map((row) => row.join(","))).toEqual(text.trim().split("\n"));
  });

  it.each([
    ["UTF-32", false],
    ["UTF-32, the other end first", true],
  ])("reads %s", async (_, isBig) => {
    const signs = Array.from(`\uFEFF${vietnamese}`);
    const bytes = Buffer.alloc(signs.length * 4);
    signs.forEach((sign, place) => (isBig ? bytes.writeUInt32BE(sign.codePointAt(0) ?? 0, place * 4) : bytes.writeUInt32LE(sign.codePointAt(0) ?? 0, place * 4)));
    expect((await load(bytes)).all[0]).toEqual({ tên: "Đặng", nơi: "Huế" });
  });

  it("reads what a person chose", async () => {
    expect((await load(Buffer.from("a\nJos\xe9\n", "latin1"), { encoding: "latin-1", header: "yes" })).all).toEqual([{ a: "José" }]);
  });
});
