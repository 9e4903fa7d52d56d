/** The packages of package-lock.json, installed when they are not. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./root.mjs";
import { digest, isStamped, writeStamp } from "./stamps.mjs";
import { Failure, run, step } from "./steps.mjs";

const OLDEST_NODE = 20;

/** Installs this checkout's packages, or those of another folder with a lock file. */
export async function nodePackages(folder = ROOT, title = "Install the npm packages") {
  checkNode();
  const stamp = digest(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const file = join(folder, "node_modules", ".joblens-stamp");
  if (isStamped(file, stamp)) return;
  await step(title, async () => {
    // Install scripts would download things that nothing here needs.
    await npm(["ci", "--ignore-scripts"], { cwd: folder });
    writeStamp(file, stamp);
  });
}

/**
 * Runs the npm that started us, whatever its name is on this system.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function npm(args, options = {}) {
  const own = process.env["npm_execpath"];
  const [command, first] = own ? [process.execPath, [own]] : ["npm", []];
  const hint = "Check that this machine reaches its npm registry, then start again: what is done is kept.";
  // A lock file says what is wanted: what npm has of it needs no question whether there is something newer.
  const quick = ["--prefer-offline", "--no-audit", "--no-fund"];
  return run(command, [...first, ...args, ...quick], { ...options, hint });
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    throw new Failure(
      `This is Node ${process.versions.node}; Joblens is built with Node ${OLDEST_NODE} or newer.`,
      "Install a newer Node, and start again.",
    );
  }
}
