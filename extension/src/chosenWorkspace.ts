/** The Azure ML workspace that the user has chosen for this window, and for the next one on the same folder. */

import { commands, type Disposable, EventEmitter, type Memento, workspace } from "vscode";

import type { Client } from "./client";
import { log } from "./log";
import { type UseWorkspaceParams, useWorkspaceRequest } from "./protocol";

const KEY = "workspace";
const NONE: UseWorkspaceParams = { subscription: "", resourceGroup: "", name: "", editorAccount: false };

export class ChosenWorkspace implements Disposable {
  private readonly changes = new EventEmitter<void>();
  readonly onChange = this.changes.event;
  private readonly subscription: Disposable;

  constructor(
    private readonly client: Client,
    private readonly memory: Memento,
  ) {
    // A server that is started again knows nothing of it.
    this.subscription = client.onRunning(() => void this.tell());
    this.tellMenus();
  }

  get current(): UseWorkspaceParams | undefined {
    return this.memory.get<UseWorkspaceParams>(KEY);
  }

  async choose(chosen: UseWorkspaceParams | undefined): Promise<void> {
    await this.memory.update(KEY, chosen);
    this.tellMenus();
    this.changes.fire();
    await this.client.request(useWorkspaceRequest, chosen ?? NONE);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changes.dispose();
  }

  private tellMenus(): void {
    void commands.executeCommand("setContext", "joblens.hasWorkspace", this.current !== undefined);
  }

  private async tell(): Promise<void> {
    const chosen = this.current;
    if (!chosen || !workspace.isTrusted) return;
    try {
      await this.client.request(useWorkspaceRequest, chosen);
    } catch (error) {
      log.warn("The workspace's names are not asked for:", error);
    }
  }
}
