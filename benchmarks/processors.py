"""Which generation a processor is of, from what the system says of it.

A generation is what decides how fast purenn is: cores of one kind, whatever they are sold as.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from typing import NamedTuple

ZEN = [  # family, first and last model, generation; what isn't listed is named by the system
    (0x17, 0x00, 0x2F, "Zen"),
    (0x17, 0x30, 0xAF, "Zen 2"),
    (0x19, 0x00, 0x0F, "Zen 3"),
    (0x19, 0x10, 0x1F, "Zen 4"),
    (0x19, 0x20, 0x5F, "Zen 3"),
    (0x19, 0x60, 0xAF, "Zen 4"),
    (0x1A, 0x00, 0x4F, "Zen 5"),
    (0x1A, 0x60, 0x7F, "Zen 5"),
]
INTEL = {  # models of family 6
    "Haswell": (0x3C, 0x3F, 0x45, 0x46),
    "Broadwell": (0x3D, 0x47, 0x4F, 0x56),
    "Skylake": (0x4E, 0x5E, 0x8E, 0x9E, 0xA5, 0xA6),
    "Skylake-X": (0x55,),
    "Ice Lake": (0x6A, 0x6C, 0x7D, 0x7E),
    "Tiger Lake": (0x8C, 0x8D),
    "Rocket Lake": (0xA7,),
    "Alder Lake": (0x97, 0x9A),
    "Raptor Lake": (0xB7, 0xBA, 0xBF),
    "Sapphire Rapids": (0x8F,),
    "Emerald Rapids": (0xCF,),
    "Granite Rapids": (0xAD, 0xAE),
    "Meteor Lake": (0xAA, 0xAC),
    "Arrow Lake": (0xB5, 0xC5, 0xC6),
    "Lunar Lake": (0xBD,),
}
ARM = {  # implementer, part
    (0x41, 0xD08): "Cortex-A72",
    (0x41, 0xD0B): "Cortex-A76",
    (0x41, 0xD0C): "Neoverse N1",
    (0x41, 0xD40): "Neoverse V1",
    (0x41, 0xD49): "Neoverse N2",
    (0x41, 0xD4F): "Neoverse V2",
    (0x41, 0xD84): "Neoverse V3",
    (0x41, 0xD8E): "Neoverse N3",
    (0x46, 0x001): "A64FX",
    (0x51, 0x001): "Oryon",
    (0xC0, 0xAC3): "AmpereOne",
    **{(0x61, part): "Apple M1" for part in (0x22, 0x23, 0x24, 0x25, 0x28, 0x29)},
    **{(0x61, part): "Apple M2" for part in (0x32, 0x33, 0x34, 0x35, 0x38, 0x39)},
}


class Processor(NamedTuple):
    """Its generation, and all that the system calls it."""

    generation: str
    name: str

    @property
    def key(self) -> str:
        """What a file about it is called."""
        return re.sub(r"[^a-z0-9]+", "", self.generation.lower()) or "unknown"


def this_processor() -> Processor:
    """The one that computes here."""
    if sys.platform == "darwin":
        command = ["sysctl", "machdep.cpu"]
        return from_sysctl(subprocess.run(command, capture_output=True, text=True).stdout)
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return from_cpuinfo(file.read())
    except OSError:
        return from_windows(platform.processor())


def from_cpuinfo(text: str) -> Processor:
    """From Linux's /proc/cpuinfo: x86 has vendor, family and model, ARM implementer and part."""
    fields = first_values(text)
    if "CPU part" in fields:
        part = int(fields["CPU implementer"], 16), int(fields["CPU part"], 16)
        name = "ARM implementer 0x{:02x}, part 0x{:03x}".format(*part)
        return Processor(ARM.get(part, name), name)
    return x86(
        fields.get("vendor_id", ""),
        fields.get("cpu family", ""),
        fields.get("model", ""),
        fields.get("model name") or platform.processor() or platform.machine(),
    )


def from_sysctl(text: str) -> Processor:
    """From macOS's `sysctl machdep.cpu`; Apple's own processors say what they are."""
    fields = {name.split(".")[-1]: value for name, value in first_values(text).items()}
    name = fields.get("brand_string", platform.machine())
    apple = re.match(r"Apple M\d+", name)
    if apple:
        return Processor(apple[0], name)
    return x86(fields.get("vendor", ""), fields.get("family", ""), fields.get("model", ""), name)


def from_windows(text: str) -> Processor:
    """From "AMD64 Family 25 Model 17 Stepping 1, AuthenticAMD"."""
    found = re.search(r"Family (\d+) Model (\d+).*, (\w+)", text)
    return x86(found[3], found[1], found[2], text) if found else Processor(text, text)


def x86(vendor: str, family: str, model: str, name: str) -> Processor:
    """A processor of AMD's or Intel's; another keeps its name."""
    generation = name
    if family.isdigit() and model.isdigit():
        number = int(model)
        if vendor == "AuthenticAMD":
            for its_family, first, last, zen in ZEN:
                if int(family) == its_family and first <= number <= last:
                    generation = zen
        elif vendor == "GenuineIntel" and int(family) == 6:
            lakes = [lake for lake, models in INTEL.items() if number in models]
            generation = (lakes or [name])[0]
        name += f", family {family}, model {model}"
    return Processor(generation, name)


def first_values(text: str) -> dict[str, str]:
    """What stands after the colons, of the first processor where there are several."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found
