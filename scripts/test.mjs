/**
 * `npm test`: sets up what the tests need and runs them all; `npm test -- --only python|typescript|editor` some.
 *
 * What follows `--` a second time goes to pytest: `npm test -- --only python -- tests/job -k sweep`.
 */

import { join } from "node:path";

import { editor, editorRunsHere } from "./editor.mjs";
import { main } from "./main.mjs";
import { nodePackages } from "./nodePackages.mjs";
import { onPath } from "./onPath.mjs";
import { packageExtension } from "./package.mjs";
import { pythonTests } from "./pythonTests.mjs";
import { ROOT } from "./root.mjs";
import { setUp } from "./setup.mjs";
import { Failure } from "./steps.mjs";
import { editorsAtOnce, editorTests, typescriptTests, unitTests } from "./typescriptTests.mjs";

/** @typedef {import("./typescriptTests.mjs").Counts} Counts */

/** @type {Record<string, () => Promise<Counts>>} */
const PARTS = {
  python: inPython,
  typescript: () => typescriptTests(unitTests()),
  editor: inTheEditor,
};

/** @type {readonly (keyof Counts)[]} */
const OUTCOMES = ["passed", "failed", "skipped"];

await main(import.meta.url, async () => {
  const parts = askedParts();
  await setUp();
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const part of parts) {
    console.log(`\n— ${part} tests`);
    const counts = await PARTS[part]?.();
    for (const outcome of OUTCOMES) total[outcome] += counts?.[outcome] ?? 0;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});

/** All of pytest. */
async function inPython() {
  await storage();
  return pythonTests(pytestArguments());
}

/** The real VS Code, where a browser can show it; a skip counts as one, for all of its tests. */
async function inTheEditor() {
  const chromium = process.env["CHROMIUM"] ?? onPath("chromium") ?? onPath("google-chrome");
  if (!editorRunsHere()) return skipped("the embedded editor runs on Linux only");
  if (chromium === undefined) return skipped("there is no Chromium on PATH (install it, or set CHROMIUM)");
  await editor();
  await storage();
  await packageExtension();
  process.env["CHROMIUM"] = chromium;
  return typescriptTests(editorTests(), editorsAtOnce());
}

/** What submitted jobs are uploaded to comes from npm. */
function storage() {
  return nodePackages(join(ROOT, "tests", "azure"), "Install the storage for the tests");
}

/** @param {string} reason */
function skipped(reason) {
  const required = process.env["JOBLENS_REQUIRE"] === "all";
  console.log(required ? `Failed: JOBLENS_REQUIRE=all, but ${reason}.` : `Skipped: ${reason}.`);
  return { passed: 0, failed: required ? 1 : 0, skipped: required ? 0 : 1 };
}

/** @returns {string[]} */
function askedParts() {
  const at = process.argv.indexOf("--only");
  if (at < 0) return Object.keys(PARTS);
  const asked = process.argv[at + 1] ?? "";
  if (asked in PARTS) return [asked];
  throw new Failure(`There are no '${asked}' tests.`, `Choose one of ${Object.keys(PARTS).join(", ")}.`);
}

function pytestArguments() {
  const at = process.argv.indexOf("--");
  return at < 0 ? [] : process.argv.slice(at + 1);
}
