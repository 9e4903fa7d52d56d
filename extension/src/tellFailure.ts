/** Shows what went wrong with something the user asked for, with the log one click away. */

import { commands, window } from "vscode";

import { log } from "./log";
import { REQUEST_CANCELLED } from "./protocol";

export async function tellFailure(error: unknown): Promise<void> {
  if (isCanceled(error)) return;
  const message = failureText(error);
  const { show, details = "" } = dataOf(error);
  log.error(message, ...(error instanceof Error && error.cause ? [error.cause] : []));
  if (show === "problems") {
    const problems = "Show Problems";
    const answer = await window.showErrorMessage(message, problems);
    if (answer === problems) await commands.executeCommand("workbench.actions.view.problems");
    return;
  }
  if (details !== "") log.info(`What was answered:\n${details}`);
  const look = details === "" ? "Show Log" : "Show Details";
  if ((await window.showErrorMessage(message, look)) === look) log.show(true);
}

/** Whether it failed because the user ended it, who knows that. */
function isCanceled(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === REQUEST_CANCELLED;
}

/** What the server sends with a refusal: the next step, and where in the editor to take it. */
interface RefusalData {
  readonly hint?: string;
  readonly show?: string;
  /** What Azure answered, word by word. */
  readonly details?: string;
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
