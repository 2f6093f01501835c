/** Certificate revocation lists: kept fresh and complete. What is due when is said in publication/rule.ts. */
import { log } from "../../log.ts";
import type { SigningIssuer } from "./issuers.ts";
import { listsOf, none, publishList } from "./publication/lists.ts";
import { day, due, type Occasion } from "./publication/rule.ts";
import type { World } from "./world.ts";

export type Publishing = {
  /** Of these issuers; of all. */
  ids?: readonly string[];
  /** Of these shards; of all. */
  shards?: readonly number[];
  /** Milliseconds that a list by the clock is good for; a day. */
  freshFor?: number;
  /** Whether large lists that lack a revocation are made anew: by the clock only. */
  catchUp?: boolean;
};

/**
 * Publishes what is due and returns whose lists those were. Called by a revocation, by the clock, and by a reader who finds a list old.
 * One issuer's trouble is no other's: all are tried.
 * @throws the first error, once all have been tried
 */
export async function publishStale(world: World, asked: Publishing = {}): Promise<readonly string[]> {
  const { byId } = await world.issuers();
  const published: string[] = [];
  const errors: unknown[] = [];
  for (const issuer of byId.values()) {
    const { id, signer } = issuer;
    if (!signer || asked.ids?.includes(id) === false) continue;
    try {
      if (await publishOf(world, { ...issuer, signer }, asked)) published.push(id);
    } catch (err) {
      // The first is thrown, and told by whoever asked.
      if (errors.push(err) > 1)
        log.error({ err, issuer: id }, "The revocation lists of an issuer could not be renewed.");
    }
  }
  if (errors.length > 0) throw errors[0];
  return published;
}

async function publishOf(
  world: World,
  issuer: SigningIssuer,
  { shards, freshFor = day, catchUp = false }: Publishing,
): Promise<boolean> {
  const occasion = { freshFor, catchUp, ...world.publication.limits };
  let any = false;
  for (const shard of await dueShards(world, issuer.id, { ...occasion, now: world.now() })) {
    if (shards?.includes(shard) === false) continue;
    const turn = `list/${issuer.id}/${shard}/${freshFor}/${catchUp}`;
    const publish = () => publishList(world, issuer, shard, occasion);
    // A large list's delta goes first, and the list itself after it.
    if (await world.publication.turns(turn, publish)) any = true;
    if (catchUp && (await world.publication.turns(turn, publish))) any = true;
  }
  return any;
}

async function dueShards(world: World, id: string, occasion: Occasion): Promise<number[]> {
  const lists = await listsOf(world.db, id);
  if (!lists.some(({ shard }) => shard === 0)) lists.unshift(none(0));
  return lists.filter((list) => list.needed && due(list, occasion)).map(({ shard }) => shard);
}

/** Whether a reader of these lists should be given newer ones. */
export async function isStale(world: World, id: string, shard: number): Promise<boolean> {
  const occasion = { now: world.now(), freshFor: day, catchUp: false, ...world.publication.limits };
  return (await dueShards(world, id, occasion)).includes(shard);
}
