/** Steps with visible progress, and the child processes that do their work. */

import { spawn } from "node:child_process";

import { ROOT } from "./root.mjs";

/** What could not be done, and what the reader can do about it. */
export class Failure extends Error {
  /** @param {string} message @param {string} [hint] */
  constructor(message, hint = "") {
    super(message);
    this.hint = hint;
  }
}

/**
 * Does one step, and says when it starts, how long it took, or that it failed.
 * @template T
 * @param {string} title
 * @param {() => T | Promise<T>} action
 * @returns {Promise<T>}
 */
export async function step(title, action) {
  const start = Date.now();
  console.log(`… ${title}`);
  try {
    const result = await action();
    console.log(`✓ ${title} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    console.log(`✗ ${title}`);
    throw error;
  }
}

/**
 * Runs a program to its end; its output is shown only when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, hint?: string }} [options]
 * @returns {Promise<string>} what it wrote on its standard output
 */
export function run(command, args, { cwd = ROOT, env = {}, hint = "" } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: childEnv(env), stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let all = "";
    child.stdout.on("data", (data) => {
      output += data;
      all += data;
    });
    child.stderr.on("data", (data) => (all += data));
    child.on("error", (error) => reject(new Failure(`${command} cannot be started: ${error.message}`, hint)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new Failure(
            `${lastLines(all)}\n${[command, ...args].join(" ")} ended with ${signal ?? code}.`,
            hint,
          ),
        );
    });
  });
}

/**
 * Runs a program in the reader's own terminal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} its exit code
 */
export function show(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: childEnv(env),
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", (error) => reject(new Failure(`${command} cannot be started: ${error.message}`)));
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** @param {NodeJS.ProcessEnv} more @returns {NodeJS.ProcessEnv} */
export function childEnv(more = {}) {
  const env = { ...process.env, ...more };
  // Python starts twice as fast when it may keep its bytecode.
  delete env["PYTHONDONTWRITEBYTECODE"];
  return env;
}

/** @param {string} text */
function lastLines(text) {
  return text.trimEnd().split("\n").slice(-30).join("\n");
}
