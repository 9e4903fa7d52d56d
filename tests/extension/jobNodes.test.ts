import assert from "node:assert/strict";
import { test } from "node:test";

import type { Job } from "../../extension/src/protocol";
import { age, jobContext, jobDescription, jobIcon, jobNameOf } from "../../extension/src/views/jobNodes";

const NOW = new Date("2026-03-01T12:00:00Z");
const JOB: Job = {
  name: "calm_sky_1",
  displayName: "iris",
  experiment: "flowers",
  type: "command",
  status: "Running",
  isOver: false,
  created: "2026-03-01T11:15:00Z",
  studioUrl: "",
  hasChildren: false,
};

test("a job is described by its status, its experiment and its age", () => {
  assert.equal(jobDescription(JOB, NOW), "Running, flowers, 45 min ago");
  assert.equal(
    jobDescription({ ...JOB, status: "CancelRequested" }, NOW),
    "Cancel requested, flowers, 45 min ago",
  );
  assert.equal(jobDescription({ ...JOB, experiment: "", created: "" }, NOW), "Running");
});

test("an age has the largest unit that it fills", () => {
  assert.equal(age("2026-03-01T11:59:30Z", NOW), "just now");
  assert.equal(age("2026-03-01T08:59:59.123456Z", NOW), "3 h ago");
  assert.equal(age("2026-02-27T11:00:00Z", NOW), "2 d ago");
  assert.equal(age("nobody knows", NOW), "");
});

test("a job that goes on turns, one that waits does not", () => {
  assert.equal(jobIcon("Queued"), "watch");
  assert.equal(jobIcon("Finalizing"), "sync~spin");
  assert.equal(jobIcon("Completed"), "pass");
});

test("the menus tell a job that goes on from one that is over", () => {
  assert.equal(jobContext(JOB), "job.live");
  assert.equal(jobContext({ ...JOB, status: "Paused", isOver: true }), "job.ended");
});

test("a command is about a job's name or a node of the tree", () => {
  assert.equal(jobNameOf("calm_sky_1"), "calm_sky_1");
  assert.equal(jobNameOf({ job: JOB, parent: undefined }), "calm_sky_1");
  assert.equal(jobNameOf(undefined), undefined);
});
