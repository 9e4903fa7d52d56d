/** Which Python interpreter runs the server, and why; knows nothing of the editor. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

export const OLDEST: Version = [3, 10];

export type Version = readonly [major: number, minor: number];

/** An interpreter that may do, and where we heard of it. */
export interface Candidate {
  readonly command: string;
  readonly origin: string;
}

export interface Interpreter {
  /** The full path, as the interpreter itself tells it. */
  readonly path: string;
  readonly version: Version;
  readonly origin: string;
}

export interface Found {
  readonly interpreter: Interpreter | undefined;
  /** One sentence for each candidate that will not do. */
  readonly refused: readonly string[];
}

/** What an interpreter says of itself; rejects when there is none or it cannot run. */
export type Ask = (command: string) => Promise<{ path: string; version: Version }>;

/** The first candidate that runs and is new enough. */
export async function findPython(candidates: readonly Candidate[], ask: Ask = askPython): Promise<Found> {
  const refused: string[] = [];
  for (const { command, origin } of candidates) {
    try {
      const { path, version } = await ask(command);
      if (isNewEnough(version)) return { interpreter: { path, version, origin }, refused };
      refused.push(`${command} (${origin}) is Python ${version.join(".")}.`);
    } catch (error) {
      refused.push(`${command} (${origin}) ${whyNot(error)}.`);
    }
  }
  return { interpreter: undefined, refused };
}

/** What to tell the user when no candidate will do. */
export function pythonMissing(refused: readonly string[]): string {
  const needed = `Joblens needs Python ${OLDEST.join(".")} or newer`;
  return refused.length === 0 ? `${needed} and found none.` : `${needed}. ${refused.join(" ")}`;
}

function isNewEnough([major, minor]: Version): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

const QUESTION = "import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)";

/** Runs the interpreter, isolated from the folder it is started in. */
async function askPython(command: string): ReturnType<Ask> {
  const { stdout } = await promisify(execFile)(command, ["-I", "-S", "-c", QUESTION], { timeout: 20_000 });
  return readAnswer(stdout);
}

export function readAnswer(stdout: string): { path: string; version: Version } {
  const match = /^(\d+) (\d+) (.+?)\r?$/m.exec(stdout);
  if (!match) throw new Error("did not answer as a Python does");
  const [, major, minor, path] = match;
  return { path: path ?? "", version: [Number(major), Number(minor)] };
}

function whyNot(error: unknown): string {
  const failure = error as { code?: unknown; killed?: boolean; message?: string };
  if (failure.code === "ENOENT") return "does not exist";
  if (failure.code === "EACCES") return "may not be run";
  if (failure.killed) return "did not answer in 20 seconds";
  return typeof failure.code === "number"
    ? `ended with exit code ${failure.code}`
    : (failure.message ?? "cannot be run");
}
