/** What the tree of runs is made of; knows nothing of the editor. */

import { isFinal, type SweepTrial } from "../protocol";

export interface RunNode {
  readonly name: string;
  readonly status: string;
  readonly isSweep: boolean;
  readonly detail: string;
  /** Its trials are asked for when somebody looks at them. */
  readonly isPast: boolean;
}

export interface TrialNode {
  readonly name: string;
  readonly trial: SweepTrial;
}

export type Node = RunNode | TrialNode;

/** The run that a command is about: its name, or a node of the tree. */
export function runNameOf(argument: unknown): string | undefined {
  if (typeof argument === "string") return argument;
  const { name } = (argument ?? {}) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}

export function isTrial(node: Node): node is TrialNode {
  return "trial" in node;
}

/** What the menus of a node go by: `sweep.live`, `trial.ended`, ... */
export function contextOf(node: Node): string {
  const kind = isTrial(node) ? "trial" : node.isSweep ? "sweep" : "run";
  const status = isTrial(node) ? node.trial.status : node.status;
  return `${kind}.${isFinal(status) ? "ended" : "live"}`;
}

export function iconOf(node: Node): string {
  if (isTrial(node) && node.trial.best) return "star-full";
  const status = isTrial(node) ? node.trial.status : node.status;
  return ICONS[status] ?? "sync~spin";
}

const ICONS: Readonly<Record<string, string>> = {
  Completed: "pass",
  Failed: "error",
  Canceled: "circle-slash",
  NotResponding: "question",
};

/** Behind a node's label. */
export function descriptionOf(node: Node): string {
  if (!isTrial(node)) return [node.status, node.detail].filter(Boolean).join(", ");
  const { best, metric, status } = node.trial;
  return [best ? "best" : status, metric].filter(Boolean).join(", ");
}
