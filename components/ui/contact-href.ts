/** Where a contact leads that the operator has set: a mail address, with or without a name before it, or a page. Null for anything else. */
export function contactHref(contact: string): string | null {
  if (/^https?:\/\//.test(contact) && URL.canParse(contact)) return contact;
  const address = /<([^<>]+)>$/.exec(contact)?.[1] ?? contact;
  return /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(address) ? `mailto:${address}` : null;
}
