/** What the tree of runs is made of; knows nothing of the editor. */

import { isFinal, type SweepTrial } from "../protocol";

export interface RunNode {
  readonly name: string;
  readonly title: string;
  readonly created: string;
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
  if (!isTrial(node)) return [node.status, node.detail, node.name].filter(Boolean).join(", ");
  const { best, metric, status } = node.trial;
  return [best ? "best" : status, metric].filter(Boolean).join(", ");
}

/** What the pointer on a run shows. */
export function tooltipOf({ title, name, status, created }: RunNode): string {
  const began = created === "" ? [] : [`Created: ${new Date(created).toLocaleString()}`];
  return [title, `Name: ${name}`, `Status: ${status}`, ...began].join("\n");
}
