/** Prisma client and Next.js build, made again only when what they are made from has changed. `npm run build` always builds. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateClient } from "./generate.ts";
import { Refusal } from "./refusal.ts";

const root = join(import.meta.dirname, "..");
const kept = join(root, ".next", "made-from");
const sources = [
  "app",
  "components",
  "emails",
  "inngest",
  "messages",
  "server",
  "public",
  "prisma/schema.prisma",
  "next.config.ts",
  "proxy.ts",
  "instrumentation.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

function filesBelow(path: string): string[] {
  if (!existsSync(join(root, path)) || path === "server/generated") return [];
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`));
}

/** One number for all that a build is made from: contents, not times, so that a checkout or a copy changes nothing. */
export function sourceHash(): string {
  const hash = createHash("sha256");
  for (const path of sources.flatMap(filesBelow)) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

export function isBuilt(): boolean {
  return existsSync(kept) && readFileSync(kept, "utf8") === sourceHash();
}

/** Builds; shows what Next.js says only when it fails. */
export async function build(show: "all" | "failure"): Promise<void> {
  generateClient();
  const from = sourceHash();
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: root,
    stdio: ["ignore", show === "all" ? "inherit" : "pipe", show === "all" ? "inherit" : "pipe"],
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const end = () => child.kill();
  process.once("exit", end);
  const code = await new Promise((done) => child.once("close", done));
  process.off("exit", end);
  if (code !== 0) {
    throw new Refusal(`${said}\nThe portal could not be built; what Next.js says about it is above.`);
  }
  writeFileSync(kept, from);
}

if (import.meta.main) {
  try {
    await build("all");
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    process.exit(1);
  }
}
