/** A federation outside the portal: its signed metadata, and an institution that answers logins. */

import { randomBytes } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { type Database, openDatabase } from "@/server/db.ts";
import { writeAnswer } from "@/server/federation/demo/answer.ts";
import { demoInstitutions } from "@/server/federation/demo/institutions.ts";
import { demoAggregate } from "@/server/federation/demo/metadata.ts";
import { pemOf } from "@/server/federation/service/keys.ts";
import { serviceKey } from "@/server/federation/service/keys-in-force.ts";
import type { Federation } from "@/server/federation/world.ts";
import { sealing } from "@/server/secrets/sealing.ts";

export type Institution = Awaited<ReturnType<typeof openInstitution>>;

/** Its keys lie in a database that the portal knows nothing of. */
export async function openInstitution(databaseUrl: string) {
  const db: Database = openDatabase(databaseUrl, 2);
  const world: Federation = {
    db,
    now: () => new Date(),
    baseUrl: "https://idp.a.example.ac.jp",
    secret: "",
    sealing: sealing(randomBytes(32)),
    source: { demo: true },
  };
  const person = (user: string) => demoInstitutions.a.people.find((one) => one.user === user);

  return {
    metadata: await demoAggregate(world),
    signer: pemOf((await serviceKey(world, "demo-federation")).certificate, "CERTIFICATE"),
    /** The fields that its page posts to the portal after a login. `service`: what the portal says of itself. */
    async answer(ssoUrl: string, service: string, user: string): Promise<Record<string, string>> {
      const query = new URL(ssoUrl).searchParams;
      const request = inflateRawSync(Buffer.from(query.get("SAMLRequest") ?? "", "base64")).toString("utf8");
      const found = (text: string, pattern: RegExp) => pattern.exec(text)?.[1] ?? "";
      const question = {
        id: found(request, /\bID="([^"]+)"/),
        acsUrl: found(request, /AssertionConsumerServiceURL="([^"]+)"/),
        service: found(service, /entityID="([^"]+)"/),
        encryptionCertificate: found(service, /use="encryption".*?<ds:X509Certificate>([^<]+)</s),
        relayState: query.get("RelayState") ?? "",
        authnContexts: [],
      };
      const someone = person(user);
      if (!someone) throw new Error(`nobody is called ${user}`);
      const SAMLResponse = await writeAnswer(world, demoInstitutions.a, question, someone);
      return { SAMLResponse, RelayState: question.relayState };
    },
    close: () => db.$disconnect(),
  };
}
