"""What a dedicated endpoint can run on, and its price: the published list of 2026-05-19."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from typing import Any

from .errors import Failure, one_of, shown

PRICES_OF = "2026-05-19"
_CPU = ("cpu", "Intel Sapphire Rapids", None)
# (vendor, regions, instance type) -> (accelerator, architecture, GB of GPU memory a unit), {size: US$ per hour}
_TABLE: dict[tuple[str, tuple[str, ...], str], tuple[tuple[str, str, int | None], dict[str, float]]] = {
    ("aws", ("us-east-1", "eu-west-1"), "intel-spr"): (
        _CPU,
        {"x1": 0.033, "x2": 0.067, "x4": 0.134, "x8": 0.268, "x16": 0.536},
    ),
    ("aws", ("us-east-1", "eu-west-1"), "nvidia-t4"): (("gpu", "NVIDIA T4", 16), {"x1": 0.5, "x4": 3.0}),
    ("aws", ("us-east-1", "eu-west-1"), "nvidia-l4"): (("gpu", "NVIDIA L4", 24), {"x1": 0.8, "x4": 3.8}),
    ("aws", ("us-east-1", "eu-west-1"), "nvidia-a10g"): (("gpu", "NVIDIA A10G", 24), {"x1": 1.0, "x4": 5.0}),
    ("aws", ("us-east-1", "eu-west-1"), "nvidia-l40s"): (
        ("gpu", "NVIDIA L40S", 48),
        {"x1": 1.8, "x4": 8.3, "x8": 23.5},
    ),
    ("aws", ("us-east-1", "eu-west-1"), "nvidia-a100"): (("gpu", "NVIDIA A100", 80), {"x1": 2.5, "x8": 20.0}),
    ("aws", ("us-east-1", "eu-west-1"), "nvidia-h200"): (
        ("gpu", "NVIDIA H200", 141),
        {"x1": 5.0, "x8": 40.0},
    ),
    ("aws", ("us-east-1", "eu-west-1"), "inf2"): (
        ("neuron", "AWS Inferentia2", None),
        {"x1": 0.75, "x12": 12.0},
    ),
    ("azure", ("eastus",), "intel-xeon"): (("cpu", "Intel Xeon", None), {"x1": 0.06, "x8": 0.48}),
    ("gcp", ("us-east4",), "intel-spr"): (_CPU, {"x1": 0.05, "x8": 0.40}),
    ("gcp", ("us-east4",), "nvidia-t4"): (("gpu", "NVIDIA T4", 16), {"x1": 0.5}),
    ("gcp", ("us-east4",), "nvidia-l4"): (("gpu", "NVIDIA L4", 24), {"x1": 0.7}),
    ("gcp", ("us-east4",), "nvidia-a100"): (("gpu", "NVIDIA A100", 80), {"x1": 3.6}),
    ("gcp", ("us-east4",), "nvidia-h100"): (("gpu", "NVIDIA H100", 80), {"x1": 10.0}),
}
_DEPRECATED = {("aws", "nvidia-h100"): 4.5, ("aws", "nvidia-b200"): 9.25, ("aws", "intel-icl"): None}


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """One machine: prices in US$ per replica and hour."""

    vendor: str
    region: str
    accelerator: str
    instance_type: str
    instance_size: str
    architecture: str
    units: int
    gpu_memory_gb: int | None
    price_per_hour: float

    def as_dict(self, quota: int, used: int) -> dict[str, Any]:
        """As the API lists it. Sizes the price list does not name are null."""
        return {
            "id": f"{self.vendor}-{self.region}-{self.instance_type}-{self.instance_size}",
            "accelerator": self.accelerator,
            "instanceType": self.instance_type,
            "instanceSize": self.instance_size,
            "architecture": self.architecture,
            "numAccelerators": self.units,
            "numCpus": None,
            "memoryGb": None,
            "gpuMemoryGb": self.gpu_memory_gb,
            "pricePerHour": self.price_per_hour,
            "status": "available",
            "quota": {"maxAccelerators": quota, "usedAccelerators": used},
        }


@cache
def all_hardware() -> tuple[Hardware, ...]:
    """Every machine of the price list."""
    return tuple(
        Hardware(
            vendor=vendor,
            region=region,
            accelerator=accelerator,
            instance_type=kind,
            instance_size=size,
            architecture=name,
            units=int(size[1:]),
            price_per_hour=price,
            gpu_memory_gb=memory * int(size[1:]) if memory else None,
        )
        for (vendor, regions, kind), ((accelerator, name, memory), sizes) in _TABLE.items()
        for region in regions
        for size, price in sizes.items()
    )


def find_hardware(spec: dict[str, Any]) -> Hardware:
    """The machine an endpoint's body asks for; 400 that names what there is."""
    provider, compute = spec["provider"], spec["compute"]
    rest = all_hardware()
    for name, value, read in (
        ("provider.vendor", provider.get("vendor"), lambda h: h.vendor),
        ("provider.region", provider.get("region"), lambda h: h.region),
        ("compute.accelerator", compute.get("accelerator"), lambda h: h.accelerator),
        ("compute.instanceType", compute.get("instanceType"), lambda h: h.instance_type),
        ("compute.instanceSize", compute.get("instanceSize"), lambda h: h.instance_size),
    ):
        fitting = tuple(h for h in rest if read(h) == value)
        if not fitting:
            raise _no_such(name, value, list(dict.fromkeys(map(read, rest))), provider.get("vendor"))
        rest = fitting
    return rest[0]


def _no_such(name: str, value: Any, there: list[str], vendor: Any) -> Failure:
    if name == "compute.instanceType" and isinstance(value, str) and (vendor, value) in _DEPRECATED:
        return Failure(
            400, f"`{name}` {shown(value)} is deprecated on {vendor}. Use {one_of(there)}.", param=name
        )
    near = difflib.get_close_matches(value, there, n=1) if isinstance(value, str) else []
    hint = f"Did you mean `{near[0]}`?" if near else f"Use {one_of(there)}."
    return Failure(400, f"`{name}` {shown(value)} does not exist here. {hint}", param=name)
