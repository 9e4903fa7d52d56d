/** The words for a run's events; knows nothing of the editor. */

import type { RunEvent } from "../protocol";

const DIM = "\x1b[2m";
const RED = "\x1b[31m";
const GREEN = "\x1b[32m";
const PLAIN = "\x1b[0m";

/** What a run's panel shows for an event. */
export function terminalLines({ kind, text = "", status = "", exitCode }: RunEvent): string[] {
  switch (kind) {
    case "line":
      return [text];
    case "note":
      return text.split("\n").map((line) => `${DIM}${line}${PLAIN}`);
    case "status":
      return [`${colour(status)}${endSentence(status, exitCode)}${PLAIN}`, ...(text === "" ? [] : [text])];
  }
}

/** The status bar, for the runs that are going on. */
export function statusLine(live: readonly { readonly name: string; readonly status: string }[]): string {
  const [first] = live;
  if (live.length !== 1 || !first) return `$(sync~spin) ${live.length} runs`;
  return `$(sync~spin) ${first.name}: ${first.status}`;
}

/** `Failed` with exit code 3: "Failed (exit code 3)". */
export function endSentence(status: string, exitCode: number | undefined): string {
  return exitCode === undefined || exitCode === 0 ? status : `${status} (exit code ${exitCode})`;
}

function colour(status: string): string {
  if (status === "Completed") return GREEN;
  return status === "Failed" ? RED : DIM;
}
