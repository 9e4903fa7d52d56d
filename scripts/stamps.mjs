/** Stamps: what was made from which inputs, so that a second start makes nothing again. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A digest of texts, for use as a stamp.
 * @param {readonly string[]} parts
 */
export function digest(...parts) {
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}

/** @param {string} file @param {string} stamp */
export function isStamped(file, stamp) {
  try {
    return readFileSync(file, "utf8") === stamp;
  } catch {
    return false;
  }
}

/** @param {string} file @param {string} stamp */
export function writeStamp(file, stamp) {
  writeFileSync(file, stamp);
}

/**
 * Names, sizes and times of the files under the given files and folders: changes when any of them does.
 * @param {readonly string[]} paths
 * @returns {string}
 */
export function fingerprint(paths) {
  return digest(...paths.flatMap(entries).sort());
}

const NEVER_SHIPPED = new Set(["__pycache__", "node_modules", ".mypy_cache"]);

/** @param {string} path @returns {string[]} */
function entries(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return [`${path} ${stat.size} ${stat.mtimeMs}`];
  return readdirSync(path)
    .filter((name) => !NEVER_SHIPPED.has(name))
    .flatMap((name) => entries(join(path, name)));
}
