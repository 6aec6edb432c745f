/** Mixes the bits of a 32-bit number so that neighbours have nothing in common (the end of MurmurHash3). */
function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Draws for one column: the same seed, name and row always give the same number, whatever else is in the table. */
export function createDraw(seed: number, name: string): (row: number) => number {
  let start = mix(seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9);
  for (const letter of name) start = mix(start ^ (letter.codePointAt(0) ?? 0));
  return (row) => {
    const high = mix(start ^ mix(row + 0x9e3779b9));
    const low = mix(high ^ mix(start + row + 0x85ebca6b));
    // 53 bits, as many as a fraction holds.
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
}
