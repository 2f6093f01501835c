/** The text of a mail; a URL in it can be followed, as in a mail program. */
export function TextWithLinks({ text }: { text: string }) {
  let at = 0;
  return text.split(url).map((part) => {
    const key = at;
    at += part.length;
    return url.test(part) ? (
      <a key={key} href={part}>
        {part}
      </a>
    ) : (
      part
    );
  });
}

/** With the group, `split` keeps what it split at. Only the characters of a URI (RFC 3986 §2): Japanese text may follow at once. */
const url = /(https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+)/;
