/** The project's own source files, and what they import. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";

export const root = join(import.meta.dirname, "..", "..");

/** `ours`: a file of the project, as a path from its root; otherwise a package. */
export type Import = { target: string; ours: boolean; typesOnly: boolean };

/** Paths of all TypeScript files below these, relative to the root; what a tool wrote is left out. */
export function sourcesBelow(...paths: string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(join(root, path)) || path === "server/generated") return [];
    if (!statSync(join(root, path)).isDirectory()) return /\.tsx?$/.test(path) ? [path] : [];
    return sourcesBelow(...readdirSync(join(root, path)).map((name) => `${path}/${name}`));
  });
}

export function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** What a file imports. `typesOnly`: nothing of it is there at run time. */
export function importsOf(path: string): Import[] {
  const statement =
    /^\s*(import|export)\s+(?<what>[^"';]*?)\s*from\s*"(?<from>[^"]+)"|^\s*import\s*"(?<bare>[^"]+)"|\bimport\(\s*"(?<late>[^"]+)"/gm;
  return [...textOf(path).matchAll(statement)].map(({ groups }) => {
    const { what = "", from, bare, late } = groups ?? {};
    const specifier = (from ?? bare ?? late) as string;
    const ours = /^(@\/|\.)/.test(specifier);
    const target = specifier.startsWith("@/") ? specifier.slice(2) : posix.join(dirname(path), specifier);
    return { target: ours ? target : specifier, ours, typesOnly: from !== undefined && onlyTypes(what) };
  });
}

function onlyTypes(what: string): boolean {
  if (/^type\s/.test(what)) return true;
  const names = /^\{(.*)\}$/s
    .exec(what)?.[1]
    ?.split(",")
    .map((name) => name.trim());
  return names?.every((name) => name === "" || name.startsWith("type ")) ?? false;
}
