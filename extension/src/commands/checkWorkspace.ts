/** "Check workspace": the problems of every job file in the folders that are open, the files open or not. */

import { commands, type Disposable } from "vscode";

import type { Client } from "../client";
import { CHECK_WORKSPACE, executeCommandRequest } from "../protocol";
import { tellingFailure } from "../tellFailure";

/** The server shows the progress and tells the result; the user can end the check where it is shown. */
export function checkWorkspace(client: Client): Disposable {
  return commands.registerCommand("joblens.checkWorkspace", () =>
    tellingFailure(async () => {
      await client.request(executeCommandRequest, { command: CHECK_WORKSPACE });
    }),
  );
}
