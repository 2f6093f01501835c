import { lost } from "../lost.ts";

/** Any path nobody else answers: not found, in the reader's language. */
export default function UnknownPage() {
  return lost();
}
