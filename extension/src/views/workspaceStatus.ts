/** The status bar's line of the workspace in use: which one it is, and whether it answers. */

import { Disposable, StatusBarAlignment, window } from "vscode";

import type { ChosenWorkspace } from "../chosenWorkspace";
import type { Client } from "../client";
import type { WorkspaceState } from "../protocol";
import { workspaceLine, workspaceTooltip } from "./workspaceText";

export class WorkspaceStatus implements Disposable {
  private readonly item = window.createStatusBarItem("joblens.workspace", StatusBarAlignment.Left);
  private readonly subscriptions: Disposable;
  private state: WorkspaceState | undefined;

  constructor(
    client: Client,
    private readonly chosen: ChosenWorkspace,
  ) {
    this.item.name = "Joblens Workspace";
    this.item.command = "joblens.chooseWorkspace";
    this.subscriptions = Disposable.from(
      client.onWorkspaceState((state) => {
        this.state = state;
        this.show();
      }),
      chosen.onChange(() => {
        this.state = undefined;
        this.show();
      }),
    );
    this.show();
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.item.dispose();
  }

  private show(): void {
    const name = this.chosen.current?.name;
    if (name === undefined) {
      this.item.hide();
      return;
    }
    const { kind, text } = this.state?.name === name ? this.state : { kind: "asking" as const, text: "" };
    this.item.text = workspaceLine(name, kind);
    this.item.tooltip = workspaceTooltip(name, kind, text);
    this.item.show();
  }
}
