/** The settings of the built-in CA: whose name its certificates bear, under which policy, and where its root is. */
import { z } from "zod";
import { say, text } from "./words.ts";

export const ca = {
  CA_ORGANIZATION: text(
    "CA_ORGANIZATION",
    "set it to the organisation in the CA certificates, 1 to 64 characters, such as Example University",
    (value) => value.length <= 64,
  ).default("Client Certificate Portal"),
  CA_POLICY_OID: text(
    "CA_POLICY_OID",
    "set it to the object identifier of your certificate policies, such as 1.3.6.1.4.1.99999.1",
    (value) => /^[0-2](\.(0|[1-9]\d*)){1,15}$/.test(value),
  ).default("2.999.1"),
  PKI_URL: text(
    "PKI_URL",
    "set it to where certificates say that /pki and /ocsp are, such as http://pki.example.ac.jp, with nothing behind the host, or leave it out for the portal's own host",
    (value) =>
      URL.canParse(value) &&
      /^https?:$/.test(new URL(value).protocol) &&
      new URL(value).origin === value.replace(/\/$/, ""),
  )
    .transform((value) => new URL(value).origin)
    .optional(),
  CA_ROOT: z
    .enum(["built-in", "offline"], {
      error: say("CA_ROOT", "set it to built-in, or to offline for a root on a machine of its own"),
    })
    .default("built-in"),
};
