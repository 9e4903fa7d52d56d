/** What the workspace's part of the tree of runs is made of; knows nothing of the editor. */

import type { Job } from "../protocol";

/** The workspace itself, above its jobs. */
export interface WorkspaceNode {
  readonly workspace: string;
}

export interface JobNode {
  readonly job: Job;
  /** The sweep or pipeline that it belongs to. */
  readonly parent: string | undefined;
}

/** A line in the place of jobs: there are none, or more, or none can be had. */
export interface WordNode {
  readonly word: string;
  readonly kind: "none" | "more" | "failed";
  readonly detail: string;
}

export type ClusterNode = WorkspaceNode | JobNode | WordNode;

export function isClusterNode(node: object): node is ClusterNode {
  return "workspace" in node || "job" in node || "word" in node;
}

/** The job that a command is about: a node of the tree, or undefined. */
export function jobOf(argument: unknown): Job | undefined {
  return (argument as Partial<JobNode> | undefined)?.job;
}

/** The name of the job that a command is about. */
export function jobNameOf(argument: unknown): string | undefined {
  return typeof argument === "string" ? argument : jobOf(argument)?.name;
}

/** What the menus of a job go by. */
export function jobContext({ isOver }: Job): string {
  return `job.${isOver ? "ended" : "live"}`;
}

export function jobIcon(status: string): string {
  return ICONS[status] ?? "sync~spin";
}

const ICONS: Readonly<Record<string, string>> = {
  Completed: "pass",
  Failed: "error",
  Canceled: "circle-slash",
  NotResponding: "warning",
  Paused: "debug-pause",
  NotStarted: "watch",
  Queued: "watch",
};

/** Behind a job's label. */
export function jobDescription({ status, experiment, created }: Job, now: Date): string {
  return [spaced(status), experiment, age(created, now)].filter(Boolean).join(", ");
}

/** What the pointer on a job shows. */
export function jobTooltip(job: Job): string {
  const facts: [string, string][] = [
    ["Name", job.name],
    ["Type", job.type],
    ["Status", spaced(job.status)],
    ["Experiment", job.experiment],
    ["Created", job.created === "" ? "" : new Date(job.created).toLocaleString()],
  ];
  return facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/** `CancelRequested` as two words. */
function spaced(status: string): string {
  return status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").replace(/ [A-Z]/, (word) => word.toLowerCase());
}

const UNITS: readonly [number, string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** How long ago a moment was; empty where none is told. */
export function age(created: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(created)) / 1000;
  if (Number.isNaN(seconds)) return "";
  const unit = UNITS.find(([length]) => seconds >= length);
  return unit ? `${Math.floor(seconds / unit[0])} ${unit[1]} ago` : "just now";
}
