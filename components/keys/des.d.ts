/** The part of des.js that is used here; it brings no types. */
declare module "des.js" {
  type CbcOptions = {
    type: "encrypt" | "decrypt";
    key: ArrayLike<number>;
    iv: ArrayLike<number>;
    padding: boolean;
  };
  type Cipher = { update(octets: ArrayLike<number>): number[]; final(): number[] };
  export const CBC: { instantiate(cipher: unknown): { create(options: CbcOptions): Cipher } };
  export const EDE: unknown;
}
