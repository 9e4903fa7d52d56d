/** What `npm start`, `npm test` and `npm run check` all need: the packages of both languages. */

import { nodePackages } from "./nodePackages.mjs";
import { pythonEnvironment } from "./pythonEnvironment.mjs";

export async function setUp() {
  // Waits for both also when one fails, so that nothing is left half installed.
  const results = await Promise.allSettled([nodePackages(), pythonEnvironment()]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
