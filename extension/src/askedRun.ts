/** The run that a command is about, asking which where there are several. */

import { window } from "vscode";

import type { Run } from "./views/runs";

/** What is asked, and what is said where there is nothing to choose from. */
export interface Question {
  readonly title: string;
  readonly none: string;
}

export async function askedRun(
  among: readonly Run[],
  { title, none }: Question,
): Promise<string | undefined> {
  if (among.length === 0) void window.showInformationMessage(none);
  if (among.length < 2) return among[0]?.name;
  const items = among.map((run) => ({ label: run.title, description: run.name }));
  return (await window.showQuickPick(items, { title, matchOnDescription: true }))?.description;
}

export async function askedSweep(among: readonly Run[], title: string): Promise<string | undefined> {
  return askedRun(among, { title, none: "There are no sweeps in this folder." });
}
