/** Finds the Python for the server, and says plainly what is missing when there is none. */

import { type Uri, window } from "vscode";

import { log } from "./log";
import { findPython, pythonMissing } from "./python";
import { pythonCandidates } from "./pythonCandidates";
import { type ServerCommand, serverCommand } from "./server";
import { writePython } from "./settings";

export async function findServer(extension: Uri): Promise<ServerCommand | undefined> {
  const { interpreter, refused } = await findPython(await pythonCandidates(extension.fsPath));
  for (const reason of refused) log.warn(reason);
  if (!interpreter) {
    // Not awaited: a message nobody answers must not hold up the extension.
    void sayPythonIsMissing(pythonMissing(refused));
    return undefined;
  }
  const { path, version, origin } = interpreter;
  log.info(`Python ${version.join(".")} at ${path}, from ${origin}.`);
  return serverCommand(interpreter, extension.fsPath);
}

async function sayPythonIsMissing(message: string): Promise<void> {
  const choose = "Choose a Python";
  if ((await window.showErrorMessage(message, choose)) !== choose) return;
  const chosen = await window.showOpenDialog({
    title: "Choose a Python interpreter",
    openLabel: "Use This Python",
  });
  // The extension starts the server anew whenever this setting changes.
  if (chosen?.[0]) await writePython(chosen[0].fsPath);
}
