/** A changed Python, or a folder that is trusted now, takes effect at once. */

import { Disposable, workspace } from "vscode";

import type { Client } from "./client";
import { PYTHON_SETTING } from "./settings";

export function restartOnNewPython(client: Client): Disposable {
  return Disposable.from(
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(PYTHON_SETTING)) void client.restart();
    }),
    workspace.onDidGrantWorkspaceTrust(() => void client.restart()),
  );
}
