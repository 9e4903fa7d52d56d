/** How the status bar tells of the workspace in use. */

import type { WorkspaceState } from "../protocol";

const ICONS: Record<WorkspaceState["kind"], string> = {
  asking: "sync~spin",
  answers: "cloud",
  offline: "debug-disconnect",
  refused: "warning",
  signedOut: "account",
};
const MEANINGS: Record<WorkspaceState["kind"], string> = {
  asking: "is asked for its names",
  answers: "answers",
  offline: "cannot be reached; names that were seen before are offered",
  refused: "refuses",
  signedOut: "needs you to sign in",
};

export function workspaceLine(name: string, kind: WorkspaceState["kind"]): string {
  return `$(${ICONS[kind]}) ${name}`;
}

export function workspaceTooltip(name: string, kind: WorkspaceState["kind"], text: string): string {
  return [`The Azure ML workspace ${name} ${MEANINGS[kind]}.`, text]
    .filter((part) => part !== "")
    .join("\n\n");
}
