/**
 * What an institution may ask for beyond a session: that the person logged in strongly just now (AAL2), and that the institution
 * once made sure who they are (IAL2). Pure words and rules; GakuNin's profile, REFEDS MFA.
 */

/** Deeds an institution may guard: applying, renewing, revoking, showing the PIN, mailing the download URL. */
export const guardedDeeds = ["request", "renew", "revoke", "show_pin", "send_url"] as const;
export type GuardedDeed = (typeof guardedDeeds)[number];

/**
 * Deeds of registrars and operators for which their own institution may ask for AAL2: ending somebody else's certificate, ending many
 * at once, roles, settings of an institution, the CA.
 */
export const adminDeeds = [
  "revoke_for",
  "off_board",
  "change_roles",
  "change_settings",
  "change_ca",
] as const;
export type AdminDeed = (typeof adminDeeds)[number];

/** Every deed that a proof may be asked for. */
export const provenDeeds = [...guardedDeeds, ...adminDeeds] as const;
export type ProvenDeed = GuardedDeed | AdminDeed;

export const aal2Context = "https://www.gakunin.jp/profile/AAL2";
export const refedsMfaContext = "https://refeds.org/profile/mfa";
export const ial2Assurance = "https://www.gakunin.jp/profile/IAL2";

/** How long a strong login counts, in milliseconds from the moment the institution states (AuthnInstant). */
export const strongFor = 10 * 60_000;

export type Policy = {
  aal2For: readonly string[];
  ial2For: readonly string[];
  /** Deeds of its registrars and operators. */
  aal2ForAdmin?: readonly string[];
};

/** What is known of a login. */
export type Proof = { authnContext: string | null; authnAt: Date; assurance: readonly string[] };

/** AuthnContextClassRefs that count as AAL2, the one to ask for first. */
export function strongContexts({ acceptRefedsMfa }: { acceptRefedsMfa: boolean }): string[] {
  return acceptRefedsMfa ? [aal2Context, refedsMfaContext] : [aal2Context];
}

export function isStrong(proof: Proof, contexts: readonly string[], now: Date): boolean {
  const age = now.getTime() - proof.authnAt.getTime();
  return proof.authnContext !== null && contexts.includes(proof.authnContext) && age < strongFor;
}

export type Missing = "aal2" | "ial2";

/** Whether the institution asks for anything at all at this deed. */
export function isGuarded(deed: GuardedDeed, policy: Policy): boolean {
  return policy.aal2For.includes(deed) || policy.ial2For.includes(deed);
}

/** What is missing for a deed: nothing, a strong login (which can be asked for), or an identity proof (which cannot). */
export function missingFor(
  deed: ProvenDeed,
  policy: Policy,
  proof: Proof,
  contexts: readonly string[],
  now: Date,
): Missing | null {
  if (policy.ial2For.includes(deed) && !proof.assurance.includes(ial2Assurance)) return "ial2";
  const strong = [...policy.aal2For, ...(policy.aal2ForAdmin ?? [])];
  if (strong.includes(deed) && !isStrong(proof, contexts, now)) return "aal2";
  return null;
}
