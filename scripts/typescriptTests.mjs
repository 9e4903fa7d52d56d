/** Builds the tests of tests/extension and runs them with Node's own test runner. */

import { readdirSync, rmSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";

import { CACHE, ROOT } from "./root.mjs";

const SOURCES = join(ROOT, "tests", "extension");
const BUILT = join(CACHE, "tests");

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ details: { type?: string | undefined }, skip?: string | boolean | undefined }} TestEvent */

/** The tests that need no editor: `tests/extension/<what>.test.ts`. */
export function unitTests() {
  return readdirSync(SOURCES).filter((name) => name.endsWith(".test.ts"));
}

/** The tests in a real VS Code: those that take longest first, so that the end is not spent on one of them alone. */
export function editorTests() {
  const names = readdirSync(join(SOURCES, "editor")).filter((name) => name.endsWith(".test.ts"));
  const last = (/** @type {string} */ name) => Number(!LONG.includes(name));
  return names.toSorted((one, other) => last(one) - last(other)).map((name) => join("editor", name));
}

/** These install and build. */
const LONG = ["start.test.ts", "job.test.ts"];

/** How many editors with their browsers this machine bears at once. */
export function editorsAtOnce() {
  return availableParallelism() > 1 && totalmem() > 6e9 ? 2 : 1;
}

/** Milliseconds for one file: a process that it left behind would keep the run from ending. */
const FILE_LIMIT = 25 * 60_000;

/**
 * Runs test files, printing their results as they come.
 * @param {readonly string[]} names - in tests/extension
 * @param {number} [concurrency] - how many files at a time
 * @returns {Promise<Counts>}
 */
export async function typescriptTests(names, concurrency = 1) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const events = run({ files: await build(names), concurrency, timeout: FILE_LIMIT });
  const count = (/** @type {keyof Counts} */ outcome) => (/** @type {TestEvent} */ event) => {
    if (event.details.type === "suite") return;
    counts[event.skip === undefined ? outcome : "skipped"] += 1;
  };
  events.on("test:pass", count("passed"));
  events.on("test:fail", count("failed"));
  for await (const text of events.compose(new spec())) process.stdout.write(String(text));
  return counts;
}

/** @param {readonly string[]} names @returns {Promise<string[]>} the built files */
async function build(names) {
  const { build: bundle } = await import("esbuild");
  rmSync(BUILT, { recursive: true, force: true });
  await bundle({
    absWorkingDir: ROOT,
    entryPoints: names.map((name) => join(SOURCES, name)),
    outdir: BUILT,
    outbase: SOURCES,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    plugins: [SCRIPTS_STAY],
    sourcemap: "inline",
    logLevel: "warning",
  });
  return names.map((name) => join(BUILT, name.replace(/\.ts$/, ".mjs")));
}

/** Our scripts find the checkout by where they lie, so they are imported from there. */
const SCRIPTS_STAY = {
  name: "scripts-stay",
  setup(/** @type {import("esbuild").PluginBuild} */ build) {
    build.onResolve({ filter: /\/scripts\/.*\.mjs$/ }, ({ path, resolveDir }) => ({
      path: pathToFileURL(join(resolveDir, path)).href,
      external: true,
    }));
  },
};
