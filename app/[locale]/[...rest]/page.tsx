import { notFound } from "next/navigation";

/** Any path nobody else answers: not found, in the reader's language. */
export default function UnknownPage() {
  notFound();
}
