/**
 * A bucket of tokens, one a process: so many at once, and in the long run so many a second. It limits what is written down, never who may
 * log in: a whole campus may come from one address, and addresses are not to be trusted besides.
 */
export type Bucket = (now: Date) => boolean;

/** Says whether there was a token left, and takes it. */
export function bucketOf({ most, perSecond }: { most: number; perSecond: number }): Bucket {
  let level = most;
  let last = 0;
  return (now) => {
    const at = now.getTime();
    level = Math.min(most, level + (Math.max(0, at - last) / 1000) * perSecond);
    last = Math.max(last, at);
    if (level < 1) return false;
    level -= 1;
    return true;
  };
}
