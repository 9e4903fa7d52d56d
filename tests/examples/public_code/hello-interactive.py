"""Writes something that a viewer of TensorBoard logs would find."""

import pathlib

folder = pathlib.Path("outputs", "tblogs")
folder.mkdir(parents=True)
folder.joinpath("events.txt").write_text("hello", encoding="utf-8")
print("ready", flush=True)
