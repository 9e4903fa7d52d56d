/** "Restart language server": for when it seems stuck, or its Python has changed. */

import { commands, type Disposable } from "vscode";

import type { Client } from "../client";
import { tellingFailure } from "../tellFailure";

export function restartServer(client: Client): Disposable {
  return commands.registerCommand("joblens.restartServer", () => tellingFailure(() => client.restart()));
}
