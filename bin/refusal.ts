/** What ends a start on purpose: one sentence that says what is wrong and what to do. */
export class Refusal extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "Refusal";
  }
}
