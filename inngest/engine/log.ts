/** Where the engine says what happens: pino fits. */
export type Log = {
  [level in "info" | "warn" | "error"]: (about: object, sentence: string) => void;
};
