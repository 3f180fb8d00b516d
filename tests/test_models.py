"""In LLVM's models of processors, each level's tile keeps its share of what their ports allow."""

import re

import pytest
from models import LEVELS, OTHERS, PAGE, PROCESSORS, SECTION, cycles, other, tile
from test_c_core import ROOT
from test_portability import or_skip

TILES = [(processor, level) for processor in PROCESSORS for level in PROCESSORS[processor]]


def test_every_level_is_looked_at():
    files = {path.stem for path in (ROOT / "csrc" / "simd").glob("*.c")}
    assert files - {"kernels", "plain"} == {level for _, level in TILES} == set(LEVELS)


def test_the_page_shows_every_tile():
    section = SECTION.search(PAGE.read_text(encoding="utf-8"))[0]
    rows = re.findall(r"^\| ([\w-]+) \| \**(\w+)\** \|.* (\d+) % \|$", section, re.M)
    kept = [(*each, str(round(100 * PROCESSORS[each[0]][each[1]]))) for each in TILES]
    assert rows == kept


@pytest.mark.slow
@pytest.mark.parametrize(("processor", "level"), TILES)
def test_a_tile_keeps_its_share(processor, level):
    run = or_skip(tile, processor, level)
    assert PROCESSORS[processor][level] <= run.share <= 1.01


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_the_other_loops_are_found(level):
    for name in OTHERS:
        assert or_skip(other, level, name).body


@pytest.mark.slow
@pytest.mark.parametrize(
    ("processor", "level", "instruction", "latency"),
    [
        ("znver4", "avx2", "vaddpd %ymm1, %ymm0, %ymm0", 3),
        ("skylake-avx512", "avx512", "vaddpd %zmm1, %zmm0, %zmm0", 4),
        ("neoverse-v2", "neon", "fadd v0.2d, v0.2d, v1.2d", 2),
    ],
)
def test_a_model_waits_for_an_addition(processor, level, instruction, latency):
    """As long as the vendors' optimization guides say."""
    assert or_skip(cycles, processor, level, [instruction]) == [pytest.approx(latency, rel=0.01)]
