"""Makes a repository, commits to it, and reads the commit back."""

import pathlib
import tempfile

import pygit2

with tempfile.TemporaryDirectory() as folder:
    repository = pygit2.init_repository(folder)
    pathlib.Path(folder, "greeting.txt").write_text("hello", encoding="utf-8")
    repository.index.add("greeting.txt")
    repository.index.write()
    author = pygit2.Signature("Nobody", "nobody@example.com")
    commit = repository.create_commit("HEAD", author, author, "Say hello", repository.index.write_tree(), [])
    print("committed:", repository[commit].message)
