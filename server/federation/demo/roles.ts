/** In the demo federation University A's `admin` is an operator and its `registrar` a registrar, so that their pages can be tried. */
import type { RoleGrant } from "../../roles.ts";
import type { Person } from "../people/person.ts";
import type { Federation } from "../world.ts";
import { demoEntitlement, demoInstitutions } from "./institutions.ts";

type DemoLogin = {
  entityId: string;
  person: Pick<Person, "eppn">;
  memberId: string;
  institutionId: string;
};

/** Nothing happens outside the demo, nor for anybody else, nor twice. */
export async function setUpDemoRoles(
  world: Pick<Federation, "source" | "db" | "now">,
  login: DemoLogin,
): Promise<void> {
  const { entityId, scope } = demoInstitutions.a;
  if (!world.source.demo || login.entityId !== entityId) return;
  if (login.person.eppn === `admin@${scope}`) await makeOperator(world, login);
  if (login.person.eppn === `registrar@${scope}`) await letBeStated(world, login);
}

async function makeOperator({ db, now }: Pick<Federation, "db" | "now">, { memberId }: DemoLogin) {
  if (await db.role.findFirst({ where: { memberId, role: "operator" } })) return;
  await db.role.create({ data: { memberId, role: "operator", grantedAt: now() } });
}

/** The institution's policy names the entitlement, until an operator changes a setting of it. */
async function letBeStated({ db }: Pick<Federation, "db">, { institutionId }: DemoLogin) {
  const grant: RoleGrant = { attribute: "entitlement", value: demoEntitlement, role: "registrar" };
  await db.institution.updateMany({
    where: { id: institutionId, version: 1, roleGrants: { equals: [] } },
    data: { roleGrants: [grant] },
  });
}
