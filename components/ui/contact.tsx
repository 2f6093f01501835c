import { contactHref } from "./contact-href.ts";

/** Whom to ask, to be tapped where it can be. */
export function Contact({ contact }: { contact: string }) {
  const href = contactHref(contact);
  return href ? <a href={href}>{contact}</a> : contact;
}
