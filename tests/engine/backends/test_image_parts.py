"""What goes into an image: a folder, the packages of a conda file, settings of pip; and the job's words."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from joblens.engine.backends.container import conda_files, conda_ways, context, pip_conf
from joblens.engine.backends.container.conda_files import PLACE
from joblens.engine.backends.container.inside import Inside, Python
from joblens.engine.backends.container.steps import Steps
from joblens.engine.environments.images import image_spec
from joblens.errors import EnvironmentBuildError, JobFileError, UserError
from joblens.job.model import CommandJob
from joblens.job.read import read
from joblens.text.document import Document
from tests.engine import jobs


def fill(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def packed(folder: Path) -> list[str]:
    target = io.BytesIO()
    context.archive(folder, "Dockerfile", target)
    with tarfile.open(fileobj=target) as tar:
        return sorted(member.name for member in tar if not member.isdir())


def test_an_engine_gets_what_dockerignore_leaves(tmp_path):
    fill(tmp_path, Dockerfile="FROM a", a="1", b__c="2", b__keep="3", data__x="4")
    (tmp_path / ".dockerignore").write_text(
        "# a comment\n\nb/*\n!b/keep\n/data\nDockerfile\n", encoding="utf-8"
    )
    assert packed(tmp_path) == [".dockerignore", "Dockerfile", "a", "b/keep"]


def test_rules_of_the_dockerfile_itself_come_first(tmp_path):
    fill(tmp_path, Dockerfile="FROM a", a="1", b="2")
    (tmp_path / ".dockerignore").write_text("a\n", encoding="utf-8")
    (tmp_path / "Dockerfile.dockerignore").write_text("*\n!b\n", encoding="utf-8")
    assert packed(tmp_path) == [".dockerignore", "Dockerfile", "b"]


def test_the_hash_is_of_what_the_engine_gets(tmp_path):
    fill(tmp_path, Dockerfile="FROM a", a="1", ignored="1")
    (tmp_path / ".dockerignore").write_text("ignored\n", encoding="utf-8")
    first = context.digest(tmp_path, "Dockerfile")
    fill(tmp_path, ignored="2")
    os.utime(tmp_path / "a", (1, 1))
    assert context.digest(tmp_path, "Dockerfile") == first
    (tmp_path / "a").chmod(0o755)
    executable = context.digest(tmp_path, "Dockerfile")
    fill(tmp_path, a="2")
    assert len({first, executable, context.digest(tmp_path, "Dockerfile")}) == 3


def test_a_folder_that_did_not_change_is_not_read_again(tmp_path, monkeypatch):
    fill(tmp_path, Dockerfile="FROM a", a="1")
    monkeypatch.setattr(context, "_SETTLED", -1.0)
    first = context.digest(tmp_path, "Dockerfile")
    monkeypatch.setattr(context, "_hash", lambda path: pytest.fail(f"{path} is read"))
    assert context.digest(tmp_path, "Dockerfile") == first
    monkeypatch.undo()
    before = (tmp_path / "a").stat()
    fill(tmp_path, a="2")
    os.utime(tmp_path / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert context.digest(tmp_path, "Dockerfile") != first


def test_a_file_that_changed_just_now_is_read_the_next_time_too(tmp_path, monkeypatch):
    fill(tmp_path, Dockerfile="FROM a", a="1")
    first = context.digest(tmp_path, "Dockerfile")
    monkeypatch.setattr(context, "_hash", lambda path: b"changed within the same tick")
    assert context.digest(tmp_path, "Dockerfile") != first


def test_links_stay_links_and_what_is_no_file_stays_behind(tmp_path):
    fill(tmp_path, Dockerfile="FROM a")
    (tmp_path / "link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    first = context.digest(tmp_path, "Dockerfile")
    assert packed(tmp_path) == ["Dockerfile", "link"]
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("elsewhere")
    assert context.digest(tmp_path, "Dockerfile") != first


def test_a_file_that_vanishes_is_told_as_a_reason(tmp_path, monkeypatch):
    fill(tmp_path, Dockerfile="FROM a", a="1")
    monkeypatch.setattr(context, "_hash", lambda path: (tmp_path / "gone").read_bytes())
    with pytest.raises(UserError, match="cannot be packed: no such file") as raised:
        context.digest(tmp_path, "Dockerfile")
    assert ".dockerignore" in raised.value.hint


def conda(*dependencies: object, channels: tuple[str, ...] = ("conda-forge",)) -> conda_files.CondaFile:
    return conda_files.read({"channels": list(channels), "dependencies": list(dependencies)})


def test_equal_conda_files_are_equal_however_they_are_written():
    one = conda("python=3.11", "numpy = 1.26", "pip", {"pip": ["Scikit_Learn >= 1.0", "six"]})
    two = conda("pip", "NumPy=1.26", "python=3.11", {"pip": ["six", "scikit-learn>=1.0"]})
    assert one.parts() == two.parts()
    assert one.parts() != conda("pip", "numpy=1.25", "python=3.11", {"pip": ["six"]}).parts()
    assert one.parts() != conda("python=3.11", channels=("main",)).parts()


def test_local_packages_go_along(tmp_path):
    package = fill(tmp_path / "own", **{"pyproject.toml": "[project]"})
    place = tmp_path / "place"
    place.mkdir()
    file = conda("python", {"pip": [f"-e {package}", f"{package}[x]", "six", "--constraint-line a<2"]})
    file.write(place, ("numpy==1.*",))
    lines = (place / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["numpy==1.*", f"-e {PLACE}/local/0/own", f"{PLACE}/local/1/own[x]", "six"]
    assert (place / "local/1/own/pyproject.toml").read_text(encoding="utf-8") == "[project]"
    assert (place / "constraints.txt").read_text(encoding="utf-8") == "a<2\n"


def test_conda_reads_the_same_file_with_the_pip_section_beside_it():
    made = conda("python=3.11", {"pip": ["six"]})
    assert made.for_rattler() == {"channels": ["conda-forge"], "packages": ["python=3.11", "pip"]}
    assert f"-r {PLACE}/requirements.txt" in made.conda_text()
    assert conda("python", "conda-forge::pip=23", {"pip": ["x"]}).for_rattler()["packages"][1:] == [
        "conda-forge::pip=23"
    ]


PYTHON = Python("/usr/bin/python3", (3, 11, 2), ("venv", "ensurepip", "pip"))
OLD = Python("/usr/bin/python3.8", (3, 8, 1), ("venv", "ensurepip", "pip"))


def way(found: Inside, *dependencies: object) -> conda_ways.Way:
    return conda_ways.nearest(found, conda(*dependencies), "/envs/x", "img")


def test_conda_in_the_image_is_used_as_azure_ml_uses_it():
    made = way(Inside((("conda", "/opt/miniconda/bin/conda"),), (PYTHON,)), "python=3.8", "cudatoolkit")
    assert made.script[0].startswith(f"/opt/miniconda/bin/conda env create -p /envs/x -f {PLACE}/conda.yml")
    assert (made.conda, made.notes) == (True, ())


def test_without_conda_the_image_s_own_python_serves_where_it_fits():
    made = way(Inside(pythons=(OLD, PYTHON)), "python=3.11", "pip", {"pip": ["six"]})
    assert made.script[0] == "/usr/bin/python3 -m venv /envs/x"
    assert made.notes == ("'img' has no conda: its Python 3.11.2 and pip install the conda file's packages.",)


def test_what_pip_installs_in_conda_s_place_is_said():
    made = way(Inside(pythons=(PYTHON,)), "python=3.11.9", "pytorch=2.1", "cudatoolkit")
    assert made.lines == ("torch==2.1.*",)
    assert made.notes == (
        "'img' has no conda: its Python 3.11.2 and pip install the conda file's packages; "
        "Python 3.11.9 is 3.11.2; conda package 'pytorch=2.1' is installed from PyPI as 'torch==2.1.*'; "
        "conda package 'cudatoolkit' is left out: it is no Python package.",
    )


@pytest.mark.parametrize("dependencies", [["python=3.8"], ["python=3.11", "no-such-thing-on-pypi"]])
def test_rattler_brings_what_the_image_s_python_cannot(dependencies):
    made = way(Inside(pythons=(PYTHON,)), *dependencies)
    assert "rattler_install.py" in made.script[0]
    assert made.conda


def test_a_python_is_never_put_in_the_place_of_another():
    with pytest.raises(EnvironmentBuildError, match="asks for Python 3\\.11") as raised:
        way(Inside(pythons=(OLD,)), "python=3.11")
    assert "only Python 3.8.1" in str(raised.value)
    with pytest.raises(EnvironmentBuildError, match="no Python that makes virtual environments"):
        way(Inside(), "python=3.11")


def test_pip_is_told_what_a_container_can_follow(tmp_path):
    certificate = tmp_path / "ca.crt"
    certificate.write_text("CA", encoding="utf-8")
    conf = pip_conf.here(
        {
            "index-url": "https://proxy/simple",
            "extra-index-url": "file:///opt/x https://two/simple http://localhost:3141/x",
            "find-links": "/opt/wheels",
            "trusted-host": "proxy two",
            "cert": str(certificate),
            "cache-dir": "/here",
        }
    )
    place = tmp_path / "place"
    place.mkdir()
    conf.write(place, "/seen")
    assert (place / "pip/pip.conf").read_text(encoding="utf-8").splitlines() == [
        "[global]",
        "index-url = https://proxy/simple",
        "extra-index-url = https://two/simple",
        "trusted-host =",
        "    proxy",
        "    two",
        "cert = /seen/ca.pem",
    ]
    assert (place / "ca.pem").read_text(encoding="utf-8") == "CA"
    assert not conf.secret


def test_a_password_in_an_index_is_noticed():
    assert pip_conf.here({"index-url": "https://me:token@proxy/simple"}).secret
    assert pip_conf.here({"extra-index-url": "https://a/x https://token@b/x"}).secret
    assert not pip_conf.here({"index-url": "https://proxy/simple@2"}).secret


@pytest.mark.parametrize(
    ("printed", "step", "last"),
    [
        (
            ["Step 1/3 : FROM a\n", " ---> 12\nStep 2/3 : RUN x\n", " ---> Running in 1\nno\r\nlast"],
            "step 2, 'RUN x',",
            "no / last",
        ),
        (["STEP 1/2: FROM a\nSTEP 2/2: RUN y\nwrong\n"], "step 2, 'RUN y',", "wrong"),
        (
            ["STEP 1/1: FROM a\nbad\n"],
            "step 1, 'FROM a',",
            "bad",
        ),
        (
            ["#5 [stage-0 2/2] RUN z\n#5 0.307 bad\n#5 ERROR: exit code: 2\n---\n > z:\n"],
            "step 2, 'RUN z',",
            "bad",
        ),
        (
            ["Step 2/3 : RUN . /azureml-environment-setup/settings.sh && q\n", "\x1b[91mred\x1b[0m\n"],
            "step 2, 'RUN q',",
            "red",
        ),
    ],
)
def test_a_build_knows_its_step_and_the_last_lines(printed, step, last):
    log = io.StringIO()
    steps = Steps(log)
    for text in printed:
        steps.see(text)
    error = steps.failure("The command '/bin/sh -c x' returned a non-zero code: 7")
    assert str(error).startswith(f"The image could not be built: {step} failed (exit code ")
    assert str(error).endswith(f"It ended with: {last}")


def test_a_build_s_log_is_without_colours_and_what_the_builder_says_of_its_layers():
    log = io.StringIO()
    steps = Steps(log)
    steps.see("Step 1/2 : RUN x\n ---> Running in 12ab\n\x1b[91mred\x1b[0m\n\n 10 %\r100 %\r\nno end")
    steps.see("Removing intermediate container 12ab\n ---> 34cd\n#5 sha256:12 0B\nlast")
    assert str(steps.failure("x")).endswith("It ended with: 100 % / no end / last")
    assert log.getvalue() == "Step 1/2 : RUN x\nred\n\n100 %\nno end\nlast\n"


def spec_of(folder: Path, text: str, **files: str):
    job, _ = read(Document(jobs.write(fill(folder, **files), text).read_text(encoding="utf-8")))
    assert isinstance(job, CommandJob)
    return image_spec(job.environment, job, folder)


TODAY = "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: x\n"
PREVIEW = "command: x\ncompute: {target: local}\n"


def test_a_job_says_its_image_and_how_its_container_starts(tmp_path):
    made = spec_of(
        tmp_path,
        f"{TODAY}environment: {{image: python, conda_file: e/c.yml}}\n"
        "resources: {shm_size: 4g, docker_args: --ipc=host}\n",
        **{"e__c.yml": "dependencies: [python=3.11, {pip: [-r more.txt]}]", "e__more.txt": "six\n"},
    )
    assert (made.image, made.shm_size, made.docker_args) == ("python", "4g", ("--ipc=host",))
    assert made.conda.splitlines() == ["dependencies:", "- python=3.11", "- pip:", "  - six"]


def test_docker_args_may_be_a_list(tmp_path):
    made = spec_of(
        tmp_path, f"{TODAY}environment: {{image: a}}\nresources: {{docker_args: [--init, -e, A=b c]}}\n"
    )
    assert made.docker_args == ("--init", "-e", "A=b c")


@pytest.mark.parametrize(
    ("text", "dockerfile"),
    [
        (f"{TODAY}environment: {{build: {{path: ctx}}}}\n", "ctx/Dockerfile"),
        (f"{TODAY}environment: {{build: {{path: ./ctx, dockerfile_path: sub/Other}}}}\n", "ctx/sub/Other"),
        (
            f"{PREVIEW}environment: {{docker: {{build: {{dockerfile: file:ctx/Dockerfile}}}}}}\n",
            "ctx/Dockerfile",
        ),
    ],
)
def test_a_dockerfile_is_found_in_its_folder(text, dockerfile, tmp_path):
    made = spec_of(tmp_path, text, ctx__Dockerfile="FROM a", ctx__sub__Other="FROM a")
    assert (made.context, made.dockerfile) == (str(tmp_path / "ctx"), str(tmp_path / dockerfile))


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ("build: {path: nowhere}", "no folder to build the image in"),
        ("build: {path: ctx, dockerfile_path: ctx/Dockerfile}", "no Dockerfile 'ctx/Dockerfile'"),
        ("build: {path: ctx, dockerfile_path: ../job.yml}", "no Dockerfile '../job.yml'"),
        ("build: {path: 'https://github.com/a/b#main'}", "not on this machine"),
        ("image: a, conda_file: nowhere.yml", "cannot be read"),
        ("image: a, conda_file: job.yml2", "cannot be read"),
        ("image: a, conda_file: ctx/list.yml", "no conda specification"),
    ],
)
def test_what_is_not_there_is_told_before_anything_starts(environment, message, tmp_path):
    with pytest.raises(UserError, match=message) as raised:
        spec_of(
            tmp_path,
            f"{TODAY}environment: {{{environment}}}\n",
            ctx__Dockerfile="FROM a",
            **{"ctx__list.yml": "[1]"},
        )
    assert isinstance(raised.value, JobFileError)
    assert raised.value.hint


def test_an_environment_without_an_image_has_no_spec(tmp_path):
    assert spec_of(tmp_path, f"{TODAY}environment: azureml:x@latest\n") is None
