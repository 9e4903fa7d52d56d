/** Programs on PATH. */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** @param {string} name @returns {string | undefined} the program's path */
export function onPath(name) {
  const names = process.platform === "win32" ? [`${name}.cmd`, `${name}.exe`] : [name];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((file) => join(folder, file)))
    .find((path) => existsSync(path));
}
