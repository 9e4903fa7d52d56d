"""The sizes of machines that are common for machine learning, with what each has; Azure has many more."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.text.nodes import Path

_WITHOUT_GPU = """
Standard_DS3_v2 4 14
Standard_DS4_v2 8 28
Standard_DS5_v2 16 56
Standard_DS11_v2 2 14
Standard_DS12_v2 4 28
Standard_D4s_v3 4 16
Standard_D8s_v3 8 32
Standard_D16s_v3 16 64
Standard_E4s_v3 4 32
Standard_E8s_v3 8 64
Standard_E16s_v3 16 128
Standard_E32s_v3 32 256
Standard_E64s_v3 64 432
Standard_F2s_v2 2 4
Standard_F4s_v2 4 8
Standard_F8s_v2 8 16
Standard_F16s_v2 16 32
"""
_WITH_GPU = """
Standard_NC4as_T4_v3 4 28 1 x T4 16 GB
Standard_NC8as_T4_v3 8 56 1 x T4 16 GB
Standard_NC16as_T4_v3 16 110 1 x T4 16 GB
Standard_NC64as_T4_v3 64 440 4 x T4 16 GB
Standard_NV36ads_A10_v5 36 440 1 x A10 24 GB
Standard_NC24ads_A100_v4 24 220 1 x A100 80 GB
Standard_NC48ads_A100_v4 48 440 2 x A100 80 GB
Standard_NC96ads_A100_v4 96 880 4 x A100 80 GB
Standard_ND96asr_v4 96 900 8 x A100 40 GB
Standard_ND96amsr_A100_v4 96 1900 8 x A100 80 GB
Standard_NC40ads_H100_v5 40 320 1 x H100 94 GB
Standard_NC80adis_H100_v5 80 640 2 x H100 94 GB
Standard_ND96isr_H100_v5 96 1900 8 x H100 80 GB
Standard_ND96isr_H200_v5 96 1850 8 x H200 141 GB
"""
_SIZED = ("amlCompute", "computeInstance")
# A Kubernetes cluster has sizes of its own making.
_OTHER_SIZES = ("kubernetesOnlineDeployment",)
_SPARK = frozenset(
    ("standard_e4s_v3", "standard_e8s_v3", "standard_e16s_v3", "standard_e32s_v3", "standard_e64s_v3")
)


def machine_sizes(subject: Subject, path: Path) -> dict[str, str]:
    """The sizes that the value at `path` may name, each with its cores, memory and GPUs."""
    kind = subject.kind.name if subject.kind is not None else ""
    if path == ("size",) and kind in _SIZED:
        return _SIZES
    if path[-1:] != ("instance_type",) or kind in _OTHER_SIZES:
        return {}
    if _is_spark(subject, kind, path):
        return {name.lower(): about for name, about in _SIZES.items() if name.lower() in _SPARK}
    return _SIZES


def _is_spark(subject: Subject, kind: str, path: Path) -> bool:
    holder = subject.tree.node_at((*path[:-2], "type"))
    return kind.startswith("spark") or getattr(holder, "value", "") == "spark"


def _read() -> dict[str, str]:
    found = {}
    for line in (_WITHOUT_GPU + _WITH_GPU).split("\n"):
        if line:
            name, cores, memory, *gpus = line.split(" ", 3)
            found[name] = " · ".join((f"{cores} cores", f"{memory} GB", *gpus))
    return found


_SIZES = _read()
