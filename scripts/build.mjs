/** `npm run build`: the extension in one CommonJS file, dist/extension.js. */

import { main } from "./main.mjs";
import { nodePackages } from "./nodePackages.mjs";
import { ROOT } from "./root.mjs";
import { step } from "./steps.mjs";

export function buildExtension() {
  return step("Build the extension", bundle);
}

async function bundle() {
  // Imported here: `npm start` reads this file before esbuild is installed.
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["extension/src/extension.ts"],
    outfile: "dist/extension.js",
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    external: ["vscode"],
    minify: true,
    sourcemap: true,
    logLevel: "warning",
  });
}

await main(import.meta.url, async () => {
  await nodePackages();
  await buildExtension();
});
