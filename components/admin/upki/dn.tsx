import { DistinguishedName } from "@/components/enrollment/distinguished-name.tsx";

/** A name as it is kept here or as the service writes it: a comma ends a part only where the next one begins. */
export function Dn({ dn }: { dn: string }) {
  return (
    <div className="font-normal">
      <DistinguishedName dn={dn.split(/,(?=(?:CN|OU|O|L|ST|C)=)/)} />
    </div>
  );
}
