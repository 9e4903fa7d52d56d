// What TypeScript's own checks leave open: promises nobody waits for, and who may import whom.
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const CLIENT_ONLY = {
  group: ["vscode-languageclient", "vscode-languageclient/*"],
  message: "Only extension/src/client.ts speaks LSP.",
};
const COMMANDS_ARE_LEAVES = {
  group: ["**/commands/*"],
  message: "Only extension/src/extension.ts knows the commands.",
};

export default defineConfig(
  { ignores: ["dist/", ".cache/", ".venv/", "**/node_modules/", "examples/", "bench/", "server/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["extension/src/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [CLIENT_ONLY, COMMANDS_ARE_LEAVES] }] },
  },
  {
    files: ["extension/src/client.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [COMMANDS_ARE_LEAVES] }] },
  },
  {
    files: ["extension/src/extension.ts", "extension/src/commands/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [CLIENT_ONLY] }] },
  },
  {
    files: ["tests/extension/**/*.ts"],
    // node:test's `test` and `describe` return promises that its runner waits for.
    rules: { "@typescript-eslint/no-floating-promises": "off" },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["console", "fetch", "process", "setTimeout", "URL"].map((name) => [name, "readonly"]),
      ),
    },
  },
);
