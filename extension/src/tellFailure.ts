/** Shows what went wrong with something the user asked for, with the log one click away. */

import { window } from "vscode";

import { log } from "./log";

export async function tellFailure(error: unknown): Promise<void> {
  const message = failureText(error);
  log.error(message, ...(error instanceof Error && error.cause ? [error.cause] : []));
  const show = "Show Log";
  if ((await window.showErrorMessage(message, show)) === show) log.show(true);
}

/** What could not be done, and the next step where the server sent one. */
function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = "data" in error ? (error.data as { readonly hint?: string } | undefined)?.hint : undefined;
  return hint ? `${error.message} ${hint}` : error.message;
}

/** Runs what a command does; its failure becomes a message and not an unhandled rejection. */
export async function tellingFailure(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    void tellFailure(error);
  }
}
