/** In the demo federation the account `admin` of University A is an operator, so that the operators' pages can be tried. */
import type { Person } from "../people/person.ts";
import type { Federation } from "../world.ts";
import { demoInstitutions } from "./institutions.ts";

/** Nothing happens outside the demo, nor for anybody else, nor twice. */
export async function makeDemoOperator(
  { source, db, now }: Pick<Federation, "source" | "db" | "now">,
  login: { entityId: string; person: Pick<Person, "eppn">; memberId: string },
): Promise<void> {
  const { entityId, scope } = demoInstitutions.a;
  if (!source.demo || login.entityId !== entityId || login.person.eppn !== `admin@${scope}`) return;
  const { memberId } = login;
  if (await db.role.findFirst({ where: { memberId, role: "operator" } })) return;
  await db.role.create({ data: { memberId, role: "operator", grantedAt: now() } });
}
