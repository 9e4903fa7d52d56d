/** Builds the tests of tests/extension and runs them with Node's own test runner. */

import { readdirSync, rmSync } from "node:fs";
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

/** The tests in a real VS Code. */
export function editorTests() {
  return readdirSync(join(SOURCES, "editor"))
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join("editor", name));
}

/**
 * Runs test files, printing their results as they come.
 * @param {readonly string[]} names - in tests/extension
 * @returns {Promise<Counts>}
 */
export async function typescriptTests(names) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const events = run({ files: await build(names), concurrency: 1 });
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
  const result = await bundle({
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
    metafile: true,
    logLevel: "warning",
  });
  return Object.keys(result.metafile.outputs).map((path) => join(ROOT, path));
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
