"""`docker_args` are read as docker's command line reads them; what opens this machine is refused."""

import pytest

from joblens.engine.backends.container.docker_args import fitted, options
from joblens.engine.environments.images import ImageSpec
from joblens.errors import JobFileError

GIB = 1024**3
GPU = {"Driver": "", "Count": 0, "DeviceIDs": [], "Options": {}, "Capabilities": [["gpu"]]}


def read(*arguments: str, shm_size: str | None = None) -> dict[str, object]:
    return options(ImageSpec(image="i", docker_args=arguments, shm_size=shm_size))


def asked(*arguments: str) -> dict[str, object]:
    """What the words add to a container that asks for nothing."""
    return {name: value for name, value in read(*arguments).items() if name != "shm_size"}


def test_shared_memory_is_that_of_the_cluster_unless_the_job_says_its_size():
    assert read()["shm_size"] == 2 * GIB
    assert read(shm_size="3100m")["shm_size"] == 3100 * 1024**2
    assert read("--shm-size 8g", shm_size="1g")["shm_size"] == 8 * GIB


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["", "  "], {}),
        (["--shm-size=8g --ipc=host"], {"ipc_mode": "host"}),
        (["--ipc", "host"], {"ipc_mode": "host"}),
        (["--gpus all"], {"device_requests": [{**GPU, "Count": -1}]}),
        (["--gpus=2"], {"device_requests": [{**GPU, "Count": 2}]}),
        (["""--gpus '"device=0,1"'"""], {"device_requests": [{**GPU, "DeviceIDs": ["0", "1"]}]}),
        (
            ["--gpus all,capabilities=utility"],
            {"device_requests": [{**GPU, "Count": -1, "Capabilities": [["gpu", "utility"]]}]},
        ),
        (["-e A=1 -eB=2 --env 'C=a b'"], {"environment": {"A": "1", "B": "2", "C": "a b"}}),
        (["-e", "A=one two"], {"environment": {"A": "one two"}}),
        (["-e NOBODY_SETS_THIS"], {"environment": {}}),
        (
            ["--ulimit memlock=-1 --ulimit nofile=1024:4096"],
            {
                "ulimits": [
                    {"Name": "memlock", "Soft": -1, "Hard": -1},
                    {"Name": "nofile", "Soft": 1024, "Hard": 4096},
                ]
            },
        ),
        (["--cap-add=SYS_PTRACE --cap-add cap_ipc_lock"], {"cap_add": ["SYS_PTRACE", "IPC_LOCK"]}),
        (["-m 512m --memory-swap -1"], {"mem_limit": GIB // 2, "memswap_limit": -1}),
        (["--cpus 1.5"], {"nano_cpus": 1_500_000_000}),
        (["--init --read-only=false"], {"init": True, "read_only": False}),
        (["--tmpfs /scratch:size=64m"], {"tmpfs": {"/scratch": "size=64m"}}),
        (["--add-host=db:10.0.0.1"], {"extra_hosts": {"db": "10.0.0.1"}}),
        (["--sysctl net.core.somaxconn=1024"], {"sysctls": {"net.core.somaxconn": "1024"}}),
        (["--security-opt seccomp:unconfined"], {"security_opt": ["seccomp=unconfined"]}),
    ],
)
def test_words_become_what_docker_py_takes(written, expected):
    assert asked(*written) == expected


def test_a_variable_without_a_value_has_the_one_it_has_here(monkeypatch):
    monkeypatch.setenv("FROM_HERE", "yes")
    assert asked("-e FROM_HERE") == {"environment": {"FROM_HERE": "yes"}}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("--privileged", "open this machine"),
        ("--pid=host", "open this machine"),
        ("--device /dev/infiniband", "open this machine"),
        ("--volume=/var/log/syslog:/azure-nhc/syslog", "as an input"),
        ("-v /:/host", "as an input"),
        ("--mount type=bind,source=/,target=/host", "as an input"),
        ("--network host", "Joblens itself"),
        ("--net=host", "Joblens itself"),
        ("--rm", "Joblens itself"),
        ("-it", "Joblens itself"),
        ("-p 80:80", "nobody outside"),
        ("--what-is-this", "does not know it"),
    ],
)
def test_what_is_not_taken_is_refused_with_the_reason(written, why):
    with pytest.raises(JobFileError, match=why) as raised:
        read(written)
    assert "--backend process" in raised.value.hint


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("--shm-size 8x", "512m or 8g"),
        ("--cap-add SYS_ADMIN", "SYS_PTRACE"),
        ("--cap-add ALL", "SYS_PTRACE"),
        ("--security-opt apparmor=unconfined", "no-new-privileges"),
        ("--ipc container:other", "host, private"),
        ("--ulimit files=3", "memlock=-1"),
        ("--gpus device=0,1", "quotes of their own"),
        ("--cpus many", "2 or 0.5"),
        ("--ipc", "--ipc=VALUE"),
        ("--env 'A=1", "Close the quote"),
        ("-e A=1 python:3.11", "Quote a value"),
    ],
)
def test_a_value_that_docker_would_not_take_is_told_with_what_it_takes(written, hint):
    with pytest.raises(JobFileError) as raised:
        read(written)
    assert hint in raised.value.hint


def test_a_size_that_is_none_is_told_where_it_stands():
    with pytest.raises(JobFileError, match="'shm_size' cannot be 'big'"):
        read(shm_size="big")


def test_what_the_machine_does_not_have_is_said_and_not_asked_for():
    found, notes = fitted(asked("--cpus 64 --cpuset-cpus 0-31 --gpus all --ipc host"), cpus=4, gpus=False)
    assert found == {"ipc_mode": "host"}
    assert notes == (
        "docker_args ask for 64 processors: the 4 here are used.",
        "docker_args ask for processors up to 31: the 4 here are used.",
        "docker_args ask for GPUs, and the container engine has none: the command runs without.",
    )


def test_what_the_machine_has_is_asked_for():
    found = asked("--cpus 2 --cpuset-cpus 0-1 --gpus all")
    assert fitted(found, cpus=2, gpus=True) == (found, ())
