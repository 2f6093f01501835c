import { useLocale } from "next-intl";

type Named = { entityId: string; nameJa: string | null; nameEn: string | null };

/** An institution by its name in the reader's language, with the entityID below; without a name by the entityID alone. */
export function InstitutionName({ institution: { entityId, nameJa, nameEn } }: { institution: Named }) {
  const name = useLocale() === "ja" ? nameJa : nameEn;
  if (!name) return <span className="entity-id">{entityId}</span>;
  return (
    <>
      {name}
      <span className="entity-id hint">{entityId}</span>
    </>
  );
}
