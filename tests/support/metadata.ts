/** Metadata documents for tests, read from a text in one go. */
import {
  type Believed,
  type Limits,
  metadataReader,
  type Trust,
} from "@/server/federation/metadata/document.ts";
import type { Provider } from "@/server/federation/metadata/read-providers.ts";

export type Whole = Omit<Believed, "providers"> & { providers: Provider[] };

export function readWhole(text: string | Uint8Array, trust: Trust, limits?: Limits): Whole {
  const providers: Provider[] = [];
  const reader = metadataReader(trust, (provider) => providers.push(provider), limits);
  reader.write(typeof text === "string" ? Buffer.from(text, "utf8") : text);
  return { ...reader.end(), providers };
}
