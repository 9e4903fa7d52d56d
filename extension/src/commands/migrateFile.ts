/** "Migrate File": has the server rewrite a file of a preview in today's format, in the editor, so that Undo works. */

import { commands, type Disposable, Uri, window, workspace } from "vscode";

import type { Client } from "../client";
import { executeCommandRequest, MIGRATE } from "../protocol";
import { tellingFailure } from "../tellFailure";

export function migrateFile(client: Client): Disposable {
  return commands.registerCommand("joblens.migrateFile", (argument: unknown) =>
    tellingFailure(async () => {
      const uri = askedFile(argument);
      if (!uri) {
        void window.showInformationMessage(
          "Open a file first: this command is about the file in the editor.",
        );
        return;
      }
      await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
      // The server tells what it guessed, or why there is nothing to migrate: so it does in every editor.
      await client.request(executeCommandRequest, { command: MIGRATE, arguments: [uri.toString()] });
    }),
  );
}

/** The file that a key binding or another extension names; from the palette, the one in the editor. */
function askedFile(argument: unknown): Uri | undefined {
  return argument instanceof Uri ? argument : window.activeTextEditor?.document.uri;
}
