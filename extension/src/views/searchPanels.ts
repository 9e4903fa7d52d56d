/** The page about a sweep's search beside the file, renewed while the sweep runs. */

import { randomBytes } from "node:crypto";

import { type Disposable, ViewColumn, type WebviewPanel, window } from "vscode";

import type { Client } from "../client";
import { log } from "../log";
import { sweepPageRequest } from "../protocol";

/** Milliseconds between two looks at a sweep that runs. */
const TURN = 1000;
/** Where the page's own text is, so that a new one takes its place and the user stays where he has scrolled to. */
const BODY = /<body>([\s\S]*)<\/body>/;

export class SearchPanels implements Disposable {
  private readonly panels = new Map<string, WebviewPanel>();

  constructor(private readonly client: Client) {}

  async show(name: string): Promise<void> {
    const known = this.panels.get(name);
    if (known) {
      known.reveal(undefined, true);
      return;
    }
    const nonce = randomBytes(16).toString("hex");
    const page = await this.client.request(sweepPageRequest, { name, nonce });
    if (!page) return;
    const panel = window.createWebviewPanel(
      "joblens.search",
      `Search: ${name}`,
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [] },
    );
    this.panels.set(name, panel);
    panel.webview.html = guarded(page.html, nonce);
    const renewed = this.renewing(name, nonce, page.html, panel);
    panel.onDidDispose(() => {
      clearInterval(renewed);
      this.panels.delete(name);
    });
  }

  dispose(): void {
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  /** A sweep that is over can be resumed, so its panel looks on. */
  private renewing(name: string, nonce: string, first: string, panel: WebviewPanel): NodeJS.Timeout {
    let shown = first;
    let isAsking = false;
    const renew = async () => {
      const page = await this.client.request(sweepPageRequest, { name, nonce });
      if (!page || page.html === shown) return;
      shown = page.html;
      await panel.webview.postMessage(BODY.exec(shown)?.[1] ?? "");
    };
    return setInterval(() => {
      if (isAsking || !panel.visible) return;
      isAsking = true;
      renew()
        .catch((error: unknown) => {
          log.warn(`The search of '${name}' cannot be shown anew:`, error);
        })
        .finally(() => {
          isAsking = false;
        });
    }, TURN);
  }
}

/** The page with a policy that lets in its own style and the one script that renews it, and nothing else. */
function guarded(html: string, nonce: string): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  const renew = 'addEventListener("message", ({ data }) => { document.body.innerHTML = data; });';
  return html
    .replace("<head>", `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace("</head>", `<script nonce="${nonce}">${renew}</script></head>`);
}
