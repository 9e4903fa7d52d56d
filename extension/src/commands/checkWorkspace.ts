/** "Check workspace": the problems of every job file in the folders that are open, the files open or not. */

import { commands, type Disposable } from "vscode";

import type { Client } from "../client";
import { CHECK_WORKSPACE, executeCommandRequest, REQUEST_CANCELLED } from "../protocol";
import { tellingFailure } from "../tellFailure";

/** The server shows the progress and tells the result; the user can end the check where it is shown. */
export function checkWorkspace(client: Client): Disposable {
  return commands.registerCommand("joblens.checkWorkspace", () =>
    tellingFailure(async () => {
      try {
        await client.request(executeCommandRequest, { command: CHECK_WORKSPACE });
      } catch (error) {
        if (!wasCancelled(error)) throw error;
      }
    }),
  );
}

function wasCancelled(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === REQUEST_CANCELLED;
}
