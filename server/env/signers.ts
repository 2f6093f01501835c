/** The certificates of whoever signs the federation's metadata, as a setting: PEM text, or paths of PEM files with commas between. */
import { certificates } from "./words.ts";

export const signers = certificates(
  "FEDERATION_SIGNING_CERT",
  "set it to the certificate that signs the federation's metadata, as PEM text or as the paths of PEM files with commas between",
);
