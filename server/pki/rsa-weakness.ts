/** RSA moduli that somebody may factor although they are long: looked for in some microseconds, before such a key is certified. */

/**
 * What is wrong with a modulus of 1024 bits or more, or null: a factor below 752 (CA/Browser Forum, Baseline Requirements §6.1.6), primes so close that
 * a hundred rounds of Fermat's method find them (§6.1.1.3), or the form that a faulty library of smart cards gave its keys (ROCA, CVE-2017-15361).
 *
 * Not looked for: the keys that Debian's OpenSSL made until 2008 (CVE-2008-0166). They can only be known by a list, some 300,000 fingerprints
 * for 2048 bits alone and as many for each other length.
 */
export function weaknessOf(modulus: bigint): "small factor" | "close primes" | "ROCA" | null {
  const rests = restsOf(modulus);
  if (rests.includes(0)) return "small factor";
  if (looksLikeRoca(rests)) return "ROCA";
  return hasClosePrimes(modulus) ? "close primes" : null;
}

const primes = Array.from({ length: 752 }, (_, n) => n).filter(
  (n) => n > 1 && !Array.from({ length: 26 }, (_, d) => d + 2).some((d) => d < n && n % d === 0),
);

/** The primes in groups whose products a number holds exactly, and those groups in groups: large numbers are divided but once or twice. */
type Bundle = { product: bigint; groups: { product: bigint; primes: number[] }[] };

const bundles: Bundle[] = [];
for (const prime of primes) {
  let group = bundles.at(-1)?.groups.at(-1);
  if (!group || group.product * BigInt(prime) > Number.MAX_SAFE_INTEGER) {
    group = { product: 1n, primes: [] };
    const bundle = bundles.at(-1);
    if (bundle && bundle.groups.length < 5) bundle.groups.push(group);
    else bundles.push({ product: 1n, groups: [group] });
  }
  group.product *= BigInt(prime);
  group.primes.push(prime);
  (bundles.at(-1) as Bundle).product *= BigInt(prime);
}
const primorial = bundles.reduce((product, bundle) => product * bundle.product, 1n);

/** The modulus by each of the primes. */
function restsOf(modulus: bigint): number[] {
  const rest = modulus % primorial;
  const rests: number[] = [];
  for (const { product, groups } of bundles) {
    const within = rest % product;
    for (const group of groups) {
      const number = Number(within % group.product);
      for (const prime of group.primes) rests.push(number % prime);
    }
  }
  return rests;
}

/**
 * The library's primes are k·M + (65537^a mod M), M the product of the first primes: a modulus made of them is a power of 65537 by
 * each prime of M. By chance that happens once in 2²⁸ moduli (Nemec et al., The Return of Coppersmith's Attack, 2017, §3.4).
 */
const generated = primes
  .filter((prime) => prime <= 167)
  .map((prime) => {
    const powers = new Uint8Array(prime);
    for (let power = 1; !powers[power]; power = (power * 65537) % prime) powers[power] = 1;
    return powers;
  });

function looksLikeRoca(rests: readonly number[]): boolean {
  return generated.every((powers, i) => powers[rests[i] as number]);
}

const rounds = 100;
/** Few numbers are squares by all of these: 1 in 120. */
const sieves = [64, 63, 65, 11].map((modulus) => {
  const squares = new Uint8Array(modulus);
  for (let n = 0; n < modulus; n++) squares[(n * n) % modulus] = 1;
  return { modulus, squares };
});
const sieved = 64 * 63 * 65 * 11;

/** Whether (a + i)² - n is a square for one of the first i, a being the root of n, rounded up. */
function hasClosePrimes(n: bigint): boolean {
  const floor = squareRoot(n);
  const a = floor * floor === n ? floor : floor + 1n;
  const aRest = Number(a % BigInt(sieved));
  const nRest = Number((a * a - n) % BigInt(sieved));
  for (let i = 0; i < rounds; i++) {
    const difference = (nRest + i * (2 * aRest + i)) % sieved;
    if (!sieves.every(({ modulus, squares }) => squares[difference % modulus])) continue;
    const exact = (a + BigInt(i)) ** 2n - n;
    if (squareRoot(exact) ** 2n === exact) return true;
  }
  return false;
}

/** The root, rounded down: Newton's method from the leading 52 bits on, above the root all the way. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  const shift = BigInt(Math.max(0, n.toString(16).length * 4 - 52) & ~1);
  let root = (BigInt(Math.ceil(Math.sqrt(Number(n >> shift)))) + 1n) << (shift / 2n);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
