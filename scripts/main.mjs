/** What every script of `npm run` does around its work: a failure is told, not thrown at the user. */

import { pathToFileURL } from "node:url";

import { Failure } from "./steps.mjs";

/**
 * Runs `work` when the module at `url` is the script that was started.
 * @param {string} url
 * @param {() => Promise<number | void>} work - answers the exit code, 0 when it says nothing
 */
export async function main(url, work) {
  if (url !== pathToFileURL(process.argv[1] ?? "").href) return;
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\n${error.message}`);
    if (error.hint) console.error(`What to do: ${error.hint}`);
    process.exitCode = 1;
  }
}
