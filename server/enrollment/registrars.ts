/** Who looks after an institution, for what is to be told to them. */
import type { Ports } from "../ports.ts";

/** An institution has a handful of registrars: beyond this something is wrong, and nobody is helped by more mails. */
const most = 50;

/** Ids of the registrars in force; and null, which stands for the institution's contact, where it names one. */
export async function whoLooksAfter(ports: Ports, institutionId: string): Promise<(string | null)[]> {
  const [roles, { contact }] = await Promise.all([
    ports.db.role.findMany({
      where: {
        role: "registrar",
        institutionId,
        OR: [{ expiresAt: null }, { expiresAt: { gt: ports.now() } }],
      },
      distinct: ["memberId"],
      orderBy: { memberId: "asc" },
      take: most,
      select: { memberId: true },
    }),
    ports.db.institution.findUniqueOrThrow({ where: { id: institutionId }, select: { contact: true } }),
  ]);
  return [...roles.map(({ memberId }) => memberId), ...(contact === "" ? [] : [null])];
}
