/** Runs .venv's Python with the given arguments, setting it up first: `node scripts/python.mjs -m bench`. */

import { main } from "./main.mjs";
import { PYTHON, pythonEnvironment } from "./pythonEnvironment.mjs";
import { show } from "./steps.mjs";

await main(import.meta.url, async () => {
  await pythonEnvironment();
  return show(PYTHON, process.argv.slice(2));
});
