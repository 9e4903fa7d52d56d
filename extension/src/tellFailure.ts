/** Shows what went wrong with something the user asked for, with the log one click away. */

import { window } from "vscode";

import { log } from "./log";

export async function tellFailure(error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  log.error(message);
  const show = "Show Log";
  if ((await window.showErrorMessage(message, show)) === show) log.show(true);
}

/** Runs what a command does; its failure becomes a message and not an unhandled rejection. */
export async function tellingFailure(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    void tellFailure(error);
  }
}
