/** The sweep that a command is about, asking which where there are several. */

import { window } from "vscode";

export async function askedSweep(sweeps: readonly string[], title: string): Promise<string | undefined> {
  if (sweeps.length === 0) void window.showInformationMessage("There are no sweeps in this folder.");
  return sweeps.length > 1 ? window.showQuickPick(sweeps, { title }) : sweeps[0];
}
