import assert from "node:assert/strict";
import { test } from "node:test";

import { workspaceLine, workspaceTooltip } from "../../extension/src/views/workspaceText";
import { withoutTokens } from "../../extension/src/withoutTokens";

test("the status bar says which workspace is in use and whether it answers", () => {
  assert.equal(workspaceLine("flowers", "answers"), "$(cloud) flowers");
  assert.equal(workspaceLine("flowers", "offline"), "$(debug-disconnect) flowers");
  const said = workspaceTooltip("flowers", "refused", "Azure refused (403): no. Ask for the role.");
  assert.equal(said, "The Azure ML workspace flowers refuses.\n\nAzure refused (403): no. Ask for the role.");
});

test("a token that is traced is not in the log", () => {
  const lines: string[] = [];
  const channel = {
    level: 1,
    trace: (text: string, more?: unknown) => lines.push(`${text} ${String(more)}`),
  };
  const quiet = withoutTokens(channel);
  quiet.trace('{"token":"eyJhbGciOi.eyJhdWQi-_x.c2ln"}', 3);
  assert.deepEqual(lines, ['{"token":"***"} 3']);
  assert.equal(quiet.level, 1);
});
