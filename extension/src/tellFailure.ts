/** Shows what went wrong with something the user asked for, with the log one click away. */

import { commands, window } from "vscode";

import { log } from "./log";

export async function tellFailure(error: unknown): Promise<void> {
  const message = failureText(error);
  log.error(message, ...(error instanceof Error && error.cause ? [error.cause] : []));
  if (dataOf(error).show === "problems") {
    const show = "Show Problems";
    const answer = await window.showErrorMessage(message, show);
    if (answer === show) await commands.executeCommand("workbench.actions.view.problems");
    return;
  }
  const show = "Show Log";
  if ((await window.showErrorMessage(message, show)) === show) log.show(true);
}

/** What the server sends with a refusal: the next step, and where in the editor to take it. */
interface RefusalData {
  readonly hint?: string;
  readonly show?: string;
}

function dataOf(error: unknown): RefusalData {
  return error instanceof Error && "data" in error ? ((error.data as RefusalData | undefined) ?? {}) : {};
}

/** What could not be done, and the next step where the server sent one. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { hint } = dataOf(error);
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
