/** Where keys are: what the database is sealed with, and the HSM or cloud that signs. */
import { z } from "zod";
import { text, url } from "./words.ts";

/** 32 octets in base64; or such a key encrypted by a cloud's KMS, with the name of the key that decrypts it. */
const sealingKeyForm =
  /^([A-Za-z0-9+/]{43}=|aws-kms:[\w:/-]+:[A-Za-z0-9+/]+={0,2}|gcp-kms:projects\/[^\s:]+(:[^\s:]+)?\/[^\s:]+:[A-Za-z0-9+/]+={0,2})$/;

export const keys = {
  SEALING_KEY: text(
    "SEALING_KEY",
    "set it to 32 random octets in base64, for example from `openssl rand -base64 32`, or to what `npm run reseal -- wrap` prints, and keep a copy: without it nothing sealed can be opened",
    (value) => sealingKeyForm.test(value),
  ),
  SEALING_KEY_PREVIOUS: text(
    "SEALING_KEY_PREVIOUS",
    "set it to the sealing key that was used before, in the form of SEALING_KEY (several with commas between), or leave it out once `npm run reseal` has said so",
    (value) => value.split(",").every((key) => sealingKeyForm.test(key.trim())),
  ).optional(),
  PKCS11_MODULE: z.string().optional(),
  PKCS11_PIN: z.string().optional(),
  GCP_KMS_ENDPOINT: url(
    "GCP_KMS_ENDPOINT",
    "set it to the URL at which Google Cloud KMS is reached, or leave it out for Google's own",
    ["https:", "http:"],
  ).optional(),
};
