"""docs/performance.md shows what benchmarks/results has, and what is claimed holds in each file."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from test_c_core import ROOT

sys.path.append(str(ROOT / "benchmarks"))
import measure
from claims import CLAIMS, Statement, broken
from compiled import Absent
from data import write_data
from given import Given
from items import COMPARED
from limits import Peak
from measure import Failed, Setting, Worker, program_of
from page import PAGE, behind, figures, nearest, written
from peers import PEERS, Peer
from processors import from_cpuinfo, from_sysctl, from_windows
from report import AGREEMENT
from results import Results, kept, path_of, read, write

PAGES = [PAGE, os.path.join(ROOT, "README.md")]


def test_the_page_has_what_the_files_have():
    """After a run: python benchmarks/page.py."""
    page = Path(PAGE).read_text(encoding="utf-8")
    assert written(page, kept()) == page


def test_claims_hold_in_every_file_and_stand_on_a_page():
    assert CLAIMS
    assert broken(CLAIMS, kept()) == []
    pages = " ".join(" ".join(Path(page).read_text(encoding="utf-8").split()) for page in PAGES)
    for claim in CLAIMS:
        assert claim.words in pages
        assert any(claim.value(results) is not None for results in kept()), claim


@pytest.mark.parametrize("results", kept(), ids=lambda results: results.processor)
def test_losses_agree_and_nothing_failed(results):
    for task in COMPARED:
        records = results.of(task.name, 1)
        if not records and "remark" in results.about:  # an earlier run, before this item
            continue
        assert [it["peer"] for it in records] == [peer for peers in task.peers for peer in peers]
        for record in records:
            assert not record.get("failed")
            if "absent" not in record and not record["differs"]:
                assert record["distance"] <= AGREEMENT


def run_of(*medians, **fields):
    """A file in which purenn, NumPy and so on took that long for `wide`, with one thread."""
    records = [
        {"item": "wide", "threads": 1, "peer": peer, "group": 0, "way": "", "median": median}
        for peer, median in zip(("purenn", "NumPy", "scikit-learn"), medians)
    ]
    return Results({"processor": "one"}, [{**it, "share": 0.5, **fields} for it in records])


def test_claims_that_do_not_hold_are_named():
    claim = Statement("words", "wide", 2.0, "NumPy")
    assert broken([claim], [run_of(1.0, 2.0)]) == []
    assert broken([claim], [run_of(1.0, 1.9)]) == ["'words': one, wide, NumPy: 1.9"]
    assert broken([Statement("words", "wide", 0.6)], [run_of(1.0)]) == ["'words': one, wide, : 0.5"]
    assert broken([Statement("words", "wide", 0.9, time=True)], [run_of(1.0)])
    assert not broken([Statement("words", "wide", 1.1, time=True)], [run_of(1.0)])
    shuffled = [Statement("words", "shuffled", 1.25, other="wide")]
    for seconds, wrong in ((1.25, []), (1.3, ["'words': one, shuffled, : 1.3"]), (None, [])):
        run = run_of(1.0)
        if seconds:
            run.measured.append({**run.measured[0], "item": "shuffled", "median": seconds})
        assert broken(shuffled, [run]) == wrong


def test_the_nearest_peer_is_named_and_every_faster_one():
    wide = next(task for task in COMPARED if task.name == "wide")
    run = run_of(0.004, 0.003, 0.008)
    assert nearest(run, wide, wide.peers[0]) == ["4.00 ms", "50 %", "NumPy 0.75"]
    one, other = "purenn is ahead in 1 of 2 comparisons", "wide (NumPy takes 0.75 of its time)"
    assert behind(run) == f"one: {one}; it isn't in {other}."
    assert behind(run_of(1.0, 2.0)) == "one: purenn is ahead in 1 of 1 comparisons."


def test_a_file_is_read_as_it_was_written(tmp_path):
    results = kept()[0]
    path = str(tmp_path / "results.json")
    write(path, results)
    assert read(path) == results
    assert path_of("zen5").endswith(os.path.join("results", "zen5.json"))


def test_what_is_missing_is_shown_as_such():
    """Of NumPy nothing, of PyTorch a failure; purenn's own figures stay."""
    whole = kept()[0]
    measured = []
    for it in whole.measured:
        if it.get("peer") in ("NumPy", "PyTorch") and it["item"] != "import":
            names = {name: it[name] for name in ("item", "threads", "peer", "group")}
            it = {**names, "absent": "no reason", "failed": it["peer"] == "PyTorch"}
        measured.append(it)
    text = figures([Results(whole.about, measured)])
    assert "| NumPy, × |" + " absent |" * len(whole.thread_counts) in text
    assert "| PyTorch, × |" + " failed |" * len(whole.thread_counts) in text


X86 = "processor : 0\nvendor_id : {}\ncpu family : {}\nmodel : {}\nmodel name : A {}\n"
ARM = "processor : 0\nCPU implementer : 0x{:02x}\nCPU architecture: 8\nCPU part : 0x{:03x}\n"


@pytest.mark.parametrize(
    ("text", "generation", "key"),
    [
        (X86.format("AuthenticAMD", 25, 17, "EPYC") * 2, "Zen 4", "zen4"),
        (X86.format("AuthenticAMD", 25, 97, "Ryzen"), "Zen 4", "zen4"),
        (X86.format("AuthenticAMD", 25, 1, "EPYC"), "Zen 3", "zen3"),
        (X86.format("AuthenticAMD", 26, 2, "EPYC"), "Zen 5", "zen5"),
        (X86.format("AuthenticAMD", 23, 49, "EPYC"), "Zen 2", "zen2"),
        (X86.format("GenuineIntel", 6, 106, "Xeon"), "Ice Lake", "icelake"),
        (X86.format("GenuineIntel", 6, 143, "Xeon"), "Sapphire Rapids", "sapphirerapids"),
        (X86.format("GenuineIntel", 19, 1, "Xeon (9)"), "A Xeon (9)", "axeon9"),
        (X86.format("HygonGenuine", 24, 0, "C86"), "A C86", "ac86"),
        (ARM.format(0x41, 0xD0C), "Neoverse N1", "neoversen1"),
        (ARM.format(0x61, 0x23), "Apple M1", "applem1"),
        (
            ARM.format(0x41, 0xFFF),
            "ARM implementer 0x41, part 0xfff",
            "armimplementer0x41part0xfff",
        ),
    ],
)
def test_generations_in_cpuinfo(text, generation, key):
    found = from_cpuinfo(text)
    assert (found.generation, found.key) == (generation, key)


def test_generations_elsewhere():
    apple = "machdep.cpu.cores_per_package: 8\nmachdep.cpu.brand_string: Apple M1 Pro\n"
    assert from_sysctl(apple) == ("Apple M1", "Apple M1 Pro")
    intel = "machdep.cpu.vendor: {}\nmachdep.cpu.family: 6\nmachdep.cpu.model: 126\n"
    assert from_sysctl(intel.format("GenuineIntel")).generation == "Ice Lake"
    windows = "AMD64 Family 25 Model 17 Stepping 1, AuthenticAMD"
    assert from_windows(windows).generation == "Zen 4"
    assert from_windows("Itanium").generation == "Itanium"


def test_a_worker_that_takes_too_long_is_ended(monkeypatch, tmp_path):
    setting = Setting(1, 1, 0.1, str(tmp_path))
    with pytest.raises(Failed, match=r"^ended with code 3$"):
        Worker([sys.executable, "-c", "raise SystemExit(3)"], setting)
    monkeypatch.setattr(measure, "PATIENCE", 0.2)
    with pytest.raises(Failed, match=r"^took more than 0\.2 s$"):
        Worker([sys.executable, "-c", "import time; time.sleep(60)"], setting)


def test_a_library_that_is_missing_is_named(tmp_path):
    """With Debian's package and the option that installs it."""
    peer = Peer(source="fann.c", libraries=("no_such_library",), package="libsome-dev")
    with pytest.raises(Absent, match=r"libsome-dev, --install installs it$|there is no gcc"):
        program_of(peer, Setting(1, 1, 0.1, str(tmp_path)))


def small(task):
    """Little of it, with the same calls; a full batch is still more than a block."""
    if task.samples < 1000:
        return replace(task, epochs=2)
    batch = min(task.batch, 600)
    return replace(task, data="scaled", samples=2 * batch, batch=batch, epochs=2)


def images():
    """1,200 of them."""
    from data import Images

    return Images(bytes(range(256)) * 3675, [3, 1] * 600, "grey")


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("letters", 2),
        ("planar", 3),
        ("dense", 4),
        ("predict", 2),
        ("step", 2),
        ("momentum-32", 3),
        ("adam-200", 3),
        ("shuffled", 3),
        ("letters-shuffled", 2),
    ],
)
def test_all_ways_to_write_numpy_compute_the_same(name, ways, tmp_path):
    numpy = pytest.importorskip("numpy")
    import peers.numpy_peer

    task = small(next(task for task in COMPARED if task.name == name))
    write_data(task, images(), str(tmp_path))
    outputs = {}
    for way in PEERS["NumPy"].ways:
        try:
            peer = getattr(peers.numpy_peer, way)(Given(str(tmp_path)), 1)
        except NotImplementedError:
            continue
        for _ in range(2):  # the second time from the first weights again
            peer.reset()
            peer.run()
        outputs[way] = numpy.array(peer.outputs())
    assert len(outputs) == ways
    for found in outputs.values():
        numpy.testing.assert_allclose(found, outputs["Textbook"], rtol=1e-9)


@pytest.mark.parametrize("name", ["adam-32", "shuffled"])
def test_numpy_steps_as_purenn_does_in_the_same_order(name, tmp_path):
    numpy = pytest.importorskip("numpy")
    from peers import python_peer

    task = small(next(task for task in COMPARED if task.name == name))
    write_data(task, images(), str(tmp_path))
    outputs = []
    for name, way in (("NumPy", "Columns"), ("purenn", "Float64")):
        peer = python_peer(name, way)(Given(str(tmp_path)), 1)
        peer.reset()
        peer.run()
        outputs.append(numpy.array(peer.outputs()))
    numpy.testing.assert_allclose(*outputs, rtol=1e-9)


def test_adam_is_held_to_the_divider_too():
    adam, wide = (next(it for it in COMPARED if it.name == name) for name in ("adam-200", "wide"))
    assert adam.roots == 150 * (784 * 16 + 16 * 16 + 16 * 10 + 42)
    assert Peak(1e9, 1e9).seconds(adam) == (adam.flops + adam.roots) / 1e9
    assert Peak(1e9, 1e9).seconds(wide) == wide.flops / 1e9


def test_keep_wants_a_whole_run():
    command = [sys.executable, ROOT / "benchmarks" / "run.py", "--keep", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--keep: expected a whole run" in done.stderr
