/** A mail address as a GeneralName of subjectAltName (RFC 5280 §4.2.1.6, RFC 9598). */
import { domainToASCII, domainToUnicode } from "node:url";
import { contextConstructed, contextPrimitive, type Der, oid, utf8String } from "./der.ts";
import { PkiError } from "./errors.ts";

const smtpUtf8Mailbox = oid("1.3.6.1.5.5.7.8.9");

const atom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const internationalAtom = /^[\p{L}\p{M}\p{N}\p{S}!#%&'*/?_{}-]+(\.[\p{L}\p{M}\p{N}\p{S}!#%&'*/?_{}-]+)*$/u;
const domain =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * rfc822Name for an address in ASCII; SmtpUTF8Mailbox for a local part that is not. The domain is ASCII in both, an international one
 * written in A-labels (`xn--…`): anything else some reader would take for another mailbox.
 * @throws PkiError `mail_malformed`, `mail_not_ascii`
 */
export function mailboxName(address: string): Der {
  const at = address.lastIndexOf("@");
  const localPart = address.slice(0, Math.max(at, 0));
  const host = address.slice(at + 1);
  if (at > 0 && /[^\0-\x7f]/.test(host)) {
    throw new PkiError("mail_not_ascii", `The domain of a mail address is written in ASCII: ${address}`);
  }
  if (isDomain(host) && Buffer.byteLength(localPart) <= 64) {
    if (atom.test(localPart)) return contextPrimitive(1, Buffer.from(address, "latin1"));
    // RFC 9598 §3: only for a local part that is not ASCII.
    if (
      /[^\0-\x7f]/.test(localPart) &&
      internationalAtom.test(localPart) &&
      localPart === localPart.normalize("NFC")
    ) {
      // Its domain is written in small letters.
      return otherName(smtpUtf8Mailbox, utf8String(`${localPart}@${host.toLowerCase()}`));
    }
  }
  throw new PkiError("mail_malformed", `Not a mail address: ${address}`);
}

/** A label that says it is an A-label is one (RFC 5890 §2.3.2.1), and no other has two hyphens in its place. */
function isDomain(host: string): boolean {
  if (!domain.test(host)) return false;
  if (/(^|\.)(?!xn)..--/i.test(host)) return false;
  return !/(^|\.)xn--/i.test(host) || domainToASCII(withoutALabels(host)) === host.toLowerCase();
}

/** What is no A-label stays as it is in Unicode, too. */
function withoutALabels(host: string): string {
  const unicode = domainToUnicode(host);
  return /(^|\.)xn--/i.test(unicode) ? "" : unicode;
}

const userPrincipalName = oid("1.3.6.1.4.1.311.20.2.3");

/** A name without what Windows forbids in names of users, and behind the @ labels of a domain, in any script. */
const principal =
  /^[^\s\p{C}@"/\\[\]:;|=,+*?<>]+@[\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?(\.[\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?)*$/u;
/** Of Active Directory's attribute (MS-ADA3 §2.349). */
const LONGEST_PRINCIPAL = 1024;

/**
 * Microsoft's user principal name, by which a Windows network knows the holder: `user@domain`, 1024 characters at most.
 * @throws PkiError `principal_malformed`
 */
export function principalName(name: string): Der {
  if (
    name.length > LONGEST_PRINCIPAL ||
    !principal.test(name) ||
    !name.isWellFormed() ||
    name !== name.normalize("NFC")
  ) {
    throw new PkiError("principal_malformed", `Not a user principal name: ${name}`);
  }
  return otherName(userPrincipalName, utf8String(name));
}

/** OtherName, implicitly tagged 0, its value explicitly. */
function otherName(type: Der, value: Der): Der {
  return contextConstructed(0, type, contextConstructed(0, value));
}
