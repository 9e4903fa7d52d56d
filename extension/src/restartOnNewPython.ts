/** A changed Python, or a folder that is trusted now, takes effect at once. */

import { Disposable, workspace } from "vscode";

import type { Client } from "./client";
import { PYTHON_SETTING } from "./settings";
import { tellingFailure } from "./tellFailure";

export function restartOnNewPython(client: Client): Disposable {
  const restart = (): Promise<void> => tellingFailure(() => client.restart());
  return Disposable.from(
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(PYTHON_SETTING)) void restart();
    }),
    workspace.onDidGrantWorkspaceTrust(restart),
  );
}
