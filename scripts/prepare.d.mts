export declare const root: string;
export declare function hashFiles(paths: string[]): string;
export declare function once(stamp: string, hash: string, work: () => void): boolean;
export declare function runOrExit(what: string, command: string, args: string[], options?: { env?: NodeJS.ProcessEnv }): void;
export declare function prepare(): void;
export declare const next: string;
export declare function buildWeb(say: (text: string) => void): void;
