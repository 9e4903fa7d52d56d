/** Our own messages between the editor and the server; `server/joblens/lsp/protocol.py` says the same in Python. */

import type { Backend } from "./settings";

/** A request: its name on the wire, and the types of its question and its answer. */
export interface Request<Params, Answer> {
  readonly method: string;
  /** Never set: carries the types. */
  readonly types?: (params: Params) => Answer;
}

export interface RunParams {
  readonly uri: string;
  readonly dryRun: false;
  readonly backend: Backend;
  /** Of a sweep, the values of one trial, as texts of YAML. */
  readonly trial?: Readonly<Record<string, string>>;
}

export interface StartedRun {
  readonly name: string;
  /** What it is called in lists: the job's display name, else its file. */
  readonly title: string;
  /** The run's own folder, a path on the server's machine. */
  readonly folder: string;
  readonly sweep: boolean;
  /** A moment, as ISO 8601. */
  readonly created: string;
}

/** A run of the opened folders, whoever began it. */
export interface EarlierRun extends StartedRun {
  readonly status: string;
  /** Somebody looks after it: it goes on. */
  readonly live: boolean;
  readonly trackingUrl: string | null;
}

export interface DryRunParams {
  readonly uri: string;
  readonly dryRun: true;
  readonly backend: Backend;
  readonly trial?: undefined;
}

export interface TrialValue {
  readonly name: string;
  /** As it is written in YAML. */
  readonly value: string;
  /** In words. */
  readonly distribution: string;
}

export interface Trial {
  readonly values: readonly TrialValue[];
  readonly total: number;
}

export interface SweepTrial {
  readonly name: string;
  readonly number: number;
  readonly status: string;
  /** The primary metric's name and best value; null as long as there is none. */
  readonly metric: string | null;
  readonly values: string;
  readonly reason: string;
  readonly best: boolean;
  /** The file with what it printed. */
  readonly log: string;
}

export interface Sweep {
  readonly status: string;
  readonly total: number;
  readonly trials: readonly SweepTrial[];
}

export interface SweepPage {
  readonly html: string;
  readonly status: string;
}

export interface DryRunText {
  readonly text: string;
}

export interface SubmittedJob {
  readonly name: string;
  readonly status: string;
  readonly studioUrl: string;
  readonly workspace: string;
}

/** A job as the workspace knows it. */
export interface Job {
  readonly name: string;
  readonly displayName: string;
  readonly experiment: string;
  readonly type: string;
  readonly status: string;
  readonly isOver: boolean;
  /** A moment as ISO 8601 has it, or nothing. */
  readonly created: string;
  readonly studioUrl: string;
  /** Sweeps have trials, pipelines have steps: jobs of their own. */
  readonly hasChildren: boolean;
}

export interface JobsParams {
  /** The sweep or pipeline whose jobs are asked for; without one, the workspace's own. */
  readonly parent?: string;
  /** How many, at the most, the newest first. */
  readonly most: number;
}

export interface Jobs {
  readonly workspace: string;
  readonly jobs: readonly Job[];
  /** There are more than these. */
  readonly more: boolean;
}

export interface DownloadParams {
  readonly name: string;
  readonly folder: string;
}

export interface Downloaded {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** What there is to know beside it. */
  readonly notes: readonly string[];
}

/** What submitting a file would meet; its problems are told as those of the file. */
export interface Preflight {
  readonly summary: string;
  readonly errors: number;
  readonly warnings: number;
}

/** How far something long has come, in words and of a hundred. */
export interface Progress {
  readonly message?: string;
  readonly percentage?: number;
}

/** The full address of an Azure ML workspace. */
export interface Workspace {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly subscriptionName?: string;
}

export interface WorkspacesParams {
  /** The file whose configured workspace is asked for. */
  readonly uri?: string;
  /** Those that the account sees, not the configured one. */
  readonly all: boolean;
  readonly editorAccount: boolean;
}

export interface UseWorkspaceParams {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly editorAccount: boolean;
}

/** How the workspace in use answers. */
export interface WorkspaceState {
  readonly name: string;
  readonly kind: "asking" | "answers" | "offline" | "refused" | "signedOut";
  /** The reason, and the next step. */
  readonly text: string;
}

export interface TokenParams {
  readonly scope: string;
}

export interface ExecuteCommandParams {
  readonly command: string;
  readonly arguments?: readonly string[];
}

/** Something happened in a run that `joblens/run` started. */
export interface RunEvent {
  readonly name: string;
  /** A line of the job's output, a new status of the run, or a word from Joblens itself. */
  readonly kind: "line" | "status" | "note";
  readonly text?: string;
  readonly status?: string;
  readonly exitCode?: number;
  readonly trackingUrl?: string;
  /** The line goes on in the next event. */
  readonly more?: boolean;
}

export const runRequest: Request<RunParams, StartedRun> = { method: "joblens/run" };
export const dryRunRequest: Request<DryRunParams, DryRunText> = { method: "joblens/run" };
export const cancelRequest: Request<{ readonly name: string }, unknown> = { method: "joblens/cancel" };
export const trialRequest: Request<{ readonly uri: string; readonly number: number }, Trial> = {
  method: "joblens/trial",
};
export const sweepRequest: Request<{ readonly name: string }, Sweep> = { method: "joblens/sweep" };
export const sweepPageRequest: Request<{ readonly name: string; readonly nonce: string }, SweepPage> = {
  method: "joblens/sweepPage",
};
export const resumeRequest: Request<{ readonly name: string }, StartedRun> = { method: "joblens/resume" };
export const earlierRunsRequest: Request<
  { readonly most: number },
  { readonly runs: readonly EarlierRun[] }
> = { method: "joblens/earlierRuns" };
/** What happened in a run comes as `joblens/runEvent`, from its beginning. */
export const followRunRequest: Request<{ readonly name: string }, unknown> = { method: "joblens/followRun" };
/** The page about a run in MLflow, whose server is started where it was stopped. */
export const runPageRequest: Request<{ readonly name: string }, { readonly url: string }> = {
  method: "joblens/runPage",
};
export const preflightRequest: Request<{ readonly uri: string }, Preflight> = { method: "joblens/preflight" };
/** What follows shows its progress, and can be canceled where that is shown. */
export const submitRequest: Request<{ readonly uri: string }, SubmittedJob> = { method: "joblens/submit" };
export const downloadJobRequest: Request<DownloadParams, Downloaded> = { method: "joblens/downloadJob" };
export const jobsRequest: Request<JobsParams, Jobs> = { method: "joblens/jobs" };
export const cancelJobRequest: Request<{ readonly name: string }, { readonly status: string }> = {
  method: "joblens/cancelJob",
};
export const archiveJobRequest: Request<{ readonly name: string }, unknown> = {
  method: "joblens/archiveJob",
};
/** Its log comes as `joblens/jobEvent`, from its beginning; answered when it is over, or withdrawn. */
export const followJobRequest: Request<{ readonly name: string }, { readonly status: string }> = {
  method: "joblens/followJob",
};
/** As `joblens/runEvent`, of a job in the workspace. */
export const JOB_EVENT = "joblens/jobEvent";
export const workspacesRequest: Request<WorkspacesParams, { readonly workspaces: readonly Workspace[] }> = {
  method: "joblens/workspaces",
};
export const useWorkspaceRequest: Request<UseWorkspaceParams, { readonly name: string }> = {
  method: "joblens/useWorkspace",
};
export const WORKSPACE_STATE = "joblens/workspaceState";
/** A request of the server: a token of the editor's account. */
export const TOKEN = "joblens/token";
export const RUN_EVENT = "joblens/runEvent";

/** Initialization option: the commands are ours, and problems are pushed: the quickest way to show them once. */
export const OWN_EXTENSION = "ownExtension";

/** LSP's own request for a command of the server. */
export const executeCommandRequest: Request<ExecuteCommandParams, unknown> = {
  method: "workspace/executeCommand",
};
export const MIGRATE = "joblens.migrate";
export const CHECK_WORKSPACE = "joblens.checkWorkspace";
/** LSP's code of a request that was withdrawn. */
export const REQUEST_CANCELLED = -32800;

const FINAL = new Set(["Completed", "Failed", "Canceled"]);

/** Whether a run with this status is over. */
export function isFinal(status: string): boolean {
  return FINAL.has(status);
}
