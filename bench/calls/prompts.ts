/** A prompt of about one kilobyte; its first line tells it apart from every other. */
export function makePrompt(salt: string, row: number): string {
  return `question ${String(row)} of ${salt}\n${"Some words that a prompt would be made of, neither more nor less. ".repeat(14)}`;
}

export function expectedAnswer(salt: string, row: number): string {
  return `answer to question ${String(row)} of ${salt}`;
}
