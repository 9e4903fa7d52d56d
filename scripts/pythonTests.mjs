/** Runs pytest and counts what it found. */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { PYTHON } from "./pythonEnvironment.mjs";
import { CACHE } from "./root.mjs";
import { show } from "./steps.mjs";

/**
 * @param {readonly string[]} args - for pytest
 * @returns {Promise<import("./typescriptTests.mjs").Counts>}
 */
export async function pythonTests(args) {
  const report = join(CACHE, "pytest.xml");
  mkdirSync(CACHE, { recursive: true });
  rmSync(report, { force: true });
  // Two processes: a small machine has two cores, and some tests start servers of their own.
  const code = await show(PYTHON, [
    "-m",
    "pytest",
    "-n",
    "2",
    "--dist",
    "loadfile",
    `--junitxml=${report}`,
    ...args,
  ]);
  const counts = readReport(report);
  // pytest that ends badly without a failed test could not even begin.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** @param {string} file */
function readReport(file) {
  const [suite = ""] = /<testsuite .*?>/.exec(readOrEmpty(file)) ?? [];
  const attribute = (/** @type {string} */ name) =>
    Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = attribute("failures") + attribute("errors");
  const skipped = attribute("skipped");
  return { passed: attribute("tests") - failed - skipped, failed, skipped };
}

/** @param {string} file */
function readOrEmpty(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
