/** How the server is started: the one inside the .vsix, or this checkout's. */

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import type { Interpreter } from "./python";

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export function serverCommand(
  interpreter: Interpreter,
  extensionFolder: string,
  env: NodeJS.ProcessEnv = process.env,
): ServerCommand {
  const ours = ownPythonPath(extensionFolder).join(delimiter);
  return {
    command: interpreter.path,
    args: ["-m", "joblens", "lsp"],
    env: {
      ...env,
      PYTHONPATH: env["PYTHONPATH"] ? ours + delimiter + env["PYTHONPATH"] : ours,
    },
  };
}

/** A .vsix carries the server and its libraries; in a checkout the interpreter has the libraries. */
function ownPythonPath(extensionFolder: string): string[] {
  const server = packagedServer(extensionFolder);
  return isPackaged(extensionFolder) ? [server, join(server, "libs")] : [join(extensionFolder, "server")];
}

/** Whether this is an installed extension, and not a checkout. */
export function isPackaged(extensionFolder: string): boolean {
  return existsSync(packagedServer(extensionFolder));
}

function packagedServer(extensionFolder: string): string {
  return join(extensionFolder, "dist", "server");
}
