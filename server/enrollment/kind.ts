/** The kinds of certificate and their terms: the one table. */

export type Kind = "client" | "smime";

type KindRule = {
  /** Months a member may choose from, the default first. */
  months: readonly number[];
  /** Whether a member may hold only one living certificate of it per mail address. */
  oneAMail: boolean;
};

export const kinds = {
  client: { months: [52, 25, 13], oneAMail: false },
  smime: { months: [52, 25, 13], oneAMail: true },
} as const satisfies Record<Kind, KindRule>;

export const kindNames = Object.keys(kinds) as [Kind, ...Kind[]];

/** The terms of the built-in CA, and of NII's service in 2020. */
export const usualTerms = { client: kinds.client.months, smime: kinds.smime.months };
