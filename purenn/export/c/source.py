"""The source of an exported network: weights, csrc's functions, prediction, training, self-test."""

from __future__ import annotations

import re
from string import Template

from ..parts import CONTRACT, c_body, c_parts, needed
from .header import title
from .numbers import constant, rows
from .plan import Plan
from .prediction import prediction
from .selftest import selftest
from .training import training

SOURCE = Template("""\
/* SPDX-License-Identifier: MIT */
/* $p: $title. See $p.h.
 *
 * The functions of purenn's core in this file are Copyright (c) 2026 The purenn authors. */

$contract
#include "$p.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

$constants
$functions
$body
$selftest""")

PARAMETERS = Template("double ${p}_parameters[${P}_PARAMETERS] = $values;\n")
LABELS = Template("const char ${p}_labels[$count][$size] = {\n    $names,\n};\n")


def source_text(plan: Plan, vectors: list) -> str:
    """The whole file."""
    body = "\n".join([*prediction(plan), *(training(plan) if plan.train else [])])
    return SOURCE.substitute(
        plan.names,
        title=title(plan),
        contract=renamed(plan, c_body(CONTRACT)),
        constants="\n".join(constants(plan)),
        functions=renamed(plan, functions(body)),
        body=renamed(plan, body),
        selftest=selftest(plan, vectors),
    )


def renamed(plan: Plan, text: str) -> str:
    """Text of csrc, its names with the network's prefix."""
    return re.sub(r"\bpn_", f"{plan.prefix}_", text)


def constants(plan: Plan) -> list[str]:
    """Weights, what scales inputs, labels."""
    p, names = plan.prefix, plan.network.labels
    texts = []
    if plan.train:
        matrix = [row for W, b, _ in plan.layers for row in (*W, b)]
        texts.append(PARAMETERS.substitute(plan.names, values=rows(matrix)))
    else:
        for number, (W, b, scale) in enumerate(plan.layers, 1):
            texts.append(constant(f"{p}_W{number}", W, plan.weight_type))
            if scale:
                texts.append(constant(f"{p}_scale{number}", [scale], "float"))
            if plan.bias_type:
                texts.append(constant(f"{p}_b{number}", [b], plan.bias_type))
    for name, values in plan.scaling.items():
        texts.append(constant(f"{p}_input_{name}", [values]))
    if names:
        strings = ",\n    ".join(f'"{c_string(name)}"' for name in names)
        counts = {"count": len(names), "size": plan.label_size}
        texts.append(LABELS.substitute(plan.names, names=strings, **counts))
    return texts


def c_string(text: str) -> str:
    """The text between quotes in C, other bytes than plain ASCII as three octal digits."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
        for byte in text.encode()
    )


def functions(body: str) -> str:
    """What of csrc the body calls."""
    parts = needed(c_parts(), re.findall(r"\bpn_\w+(?=\()", body))
    constants = "".join(part.text for part in parts if part.text.startswith("#"))
    functions = [part.text for part in parts if not part.text.startswith("#")]
    static = re.sub(r"^(void|double) ", r"static \1 ", "\n".join(functions), flags=re.M)
    return f"{constants}\n{static}" if constants else static
