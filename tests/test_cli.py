"""The command line: what it prints, how it fails in one line, and its exit statuses."""

import json
import os
import platform
import shlex
import signal
import struct
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

import pytest

import purenn
from purenn import commands
from purenn.articles.printed import Document, Number, Result
from purenn.commands import reproduce

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals, pipes and /dev/full of POSIX")
ARTICLES = ["house_price", "letters", "planar", "digits"]
DOCUMENT = Document("letters", "000", "Letters", numbers=3)


def start(*arguments, folder, **options):
    """A process of `python -m purenn`, in a folder where only an installed purenn is found."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    environment.update(options.pop("environment", {}))
    return subprocess.Popen(
        [sys.executable, *options.pop("flags", ()), "-m", "purenn", *arguments],
        cwd=folder,
        env={key: value for key, value in environment.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        **options,
    )


def finish(process):
    """Exit status, stdout and stderr as text."""
    out, err = process.communicate(timeout=60)
    return process.returncode, (out or b"").decode("utf-8"), err.decode("utf-8")


@pytest.fixture
def articles(monkeypatch):
    """Replaces every article by a program that notes how it was called, and returns the notes.

    notes["result"] makes its Result from the name of the engine.
    """
    notes = {"calls": [], "result": lambda name: result(trace=[1.0, 2.0])}

    def program(article):
        def reproduce(engine, show, options):
            notes["calls"].append((article, engine.name, options))
            show(f"{article} on {engine.name}")
            return notes["result"](engine.name)

        return SimpleNamespace(reproduce=reproduce, DOCUMENTS=[DOCUMENT])

    monkeypatch.setattr(reproduce, "ARTICLES", {name: program(name) for name in ARTICLES})
    return notes


def result(numbers=(), trace=(), remark=""):
    return Result(list(numbers), list(trace), lambda part: None, remark=remark)


def number(agrees=True, erratum="", **more):
    return Number(
        DOCUMENT, "acc", "93.43", "93.43" if agrees else "1", agrees, erratum=erratum, **more
    )


# What runs


def test_without_arguments_all_articles_run_on_all_engines(run, articles, native):
    code, out, err = run()
    assert (code, err) == (0, [])
    names = [(article, engine) for article, engine, _ in articles["calls"]]
    assert names == [(article, engine) for article in ARTICLES for engine in ("c", "python")]
    assert out.count("letters on c") == 1 and "letters on python" not in out


def test_what_is_asked_for_runs(run, articles):
    code, out, _ = run(
        "reproduce", "planar", "letters", "--backend", "python", "--epochs", "3", "--seed", "4"
    )
    assert code == 0
    assert [call[:2] for call in articles["calls"]] == [("planar", "python"), ("letters", "python")]
    assert all((o.epochs, o.seed, o.data) == (3, 4, None) for _, _, o in articles["calls"])


@pytest.mark.parametrize("backend", ["python", "c", "both"])
def test_backends(run, articles, native, backend):
    assert run("reproduce", "planar", "--backend", backend)[0] == 0
    expected = ["c", "python"] if backend == "both" else [backend]
    assert [call[1] for call in articles["calls"]] == expected


@pytest.mark.parametrize(("variable", "expected"), [("python", ["python"]), ("c", ["c"])])
def test_environment_chooses_the_backend(run, articles, native, monkeypatch, variable, expected):
    monkeypatch.setenv("PURENN_BACKEND", variable)
    assert run("reproduce", "planar")[0] == 0
    assert [call[1] for call in articles["calls"]] == expected
    run("reproduce", "planar", "--backend", "python")
    assert articles["calls"][-1][1] == "python"


def test_without_the_core(run, refused, articles, without_core):
    assert run("reproduce", "planar")[0] == 0
    assert [call[1] for call in articles["calls"]] == ["python"]
    refused(["reproduce", "planar", "--backend", "c"], "C core is not installed")
    refused(["reproduce", "planar", "--backend", "both"], "C core is not installed")
    code, out, _ = run("info")
    assert code == 0 and any(line.startswith("c core: absent") for line in out)


def test_info(run):
    code, out, err = run("info")
    assert (code, err) == (0, [])
    facts = dict(line.split(": ", 1) for line in out[1:])
    assert out[0] == f"purenn {purenn.__version__}"
    assert facts["python"].split()[0] == sys.implementation.name
    assert facts["backend"] in ("c", "python")
    assert os.path.samefile(facts["package"], os.path.dirname(purenn.__file__))


NAMES = [command.__name__.rpartition(".")[2] for command in commands.COMMANDS]


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in NAMES)])
def test_help(run, arguments):
    code, out, err = run(*arguments)
    assert (code, err) == (0, []) and out[0].startswith("usage: purenn")


# Exit statuses


def test_a_number_that_differs_gives_1(run, articles):
    articles["result"] = lambda name: result([number(), number(agrees=False)])
    for more in ([], ["--json"]):
        code, out, err = run("reproduce", "letters", "--backend", "python", *more)
        assert (code, err) == (1, [])


def test_a_number_that_differs_on_one_engine_gives_1(run, articles, native):
    for differing in ("python", "c"):
        articles["result"] = lambda name: result([number(name != differing)])  # noqa: B023
        code, out, _ = run("reproduce", "letters", "--backend", "both")
        assert code == 1 and any("differs" in line for line in out)
        assert summary(out)["all"]["differing"] == "1"


def test_an_erratum_is_no_difference(run, articles):
    articles["result"] = lambda name: result([number(), number(False, "L3")])
    code, out, _ = run("reproduce", "letters", "--backend", "python")
    assert code == 0 and any("erratum L3" in line for line in out)
    total = summary(out)["all"]
    assert (total["reproduced"], total["errata"], total["differing"]) == ("1", "1", "0")


def summary(out):
    """The last table: by the name of an article, or all, what stands in its columns."""
    (start,) = [place for place, line in enumerate(out) if line.split() == COLUMNS]
    rows = [line.split() for line in out[start + 1 : out.index("", start)]]
    return {name: dict(zip(COLUMNS, cells)) for name, *cells in rows}


COLUMNS = ["printed", "repeats", "reproduced", "errata", "differing", "omitted", "bits", "seconds"]


def test_the_summary_accounts_for_every_printed_number(run, articles):
    """Also for those that a shortened run leaves out; a second look at one counts nothing."""
    numbers = number(repeats=True), number(False, "L3"), number(False, "L3", counts_as=0)
    articles["result"] = lambda name: result(numbers, remark="mind this")
    code, out, _ = run("reproduce", "letters", "planar", "--backend", "python")
    assert code == 0 and "letters: mind this" in out and "planar: mind this" in out
    for name, factor in (("letters", 1), ("planar", 1), ("all", 2)):
        # 3 printed, of them 1 repeated: 1 reproduced, 1 erratum, 0 differing, 1 omitted
        expected = [str(factor * count) for count in (3, 1, 1, 1, 0, 1)]
        assert [*summary(out)[name].values()][:6] == expected


def test_all_822_numbers_are_in_the_summary(run, native):
    """tests/data/printed_numbers.json has them."""
    articles = ("house_price", "letters", "digits")
    code, out, _ = run("reproduce", *articles, "--epochs", "100", "--backend", "c")
    assert code == 0
    counts = {name: [*row.values()][:6] for name, row in summary(out).items()}
    assert counts["house_price"] == ["24", "0", "24", "0", "0", "0"]
    assert counts["letters"] == ["796", "235", "434", "362", "0", "0"]
    assert counts["digits"] == ["2", "0", "0", "2", "0", "0"]
    assert counts["all"] == ["822", "235", "458", "364", "0", "0"]
    (remark,) = [line for line in out if line.startswith("house_price: ")]
    assert "0 of 12" in remark and "H1" in remark


def test_each_article_begins_with_its_documents(run):
    _, out, _ = run("reproduce", "letters", "--epochs", "1", "--backend", "python")
    assert [line for line in out if line.startswith("document ")] == [
        'document 000: "Implementation of neural network from scratch using NumPy" '
        "(18 Apr 2023; author, site not given)",
        'document 004: "Implementation of neural network from scratch using NumPy" '
        "(GfG (GeeksforGeeks); 11 Apr 2025; author not given)",
    ]


def test_different_bits_give_1(run, articles, native):
    articles["result"] = lambda name: result(trace=[0.0 if name == "c" else -0.0])
    code, out, _ = run("reproduce", "letters", "--backend", "both")
    assert code == 1 and any("DIFFERENT" in line for line in out)
    code, _, _ = run("reproduce", "letters", "--backend", "both", "--json")
    assert code == 1


def test_any_nan_is_the_same(run, articles, native):
    """docs/arithmetic.md: neither sign nor payload of a NaN is part of the promise."""
    nans = {"c": 0xFFF8000000000000, "python": 0x7FF8000000000001}
    articles["result"] = lambda name: result(
        trace=[1.0, *struct.unpack("d", struct.pack("Q", nans[name]))]
    )
    assert run("reproduce", "letters", "--backend", "both")[0] == 0


def test_ctrl_c_gives_130(run, articles):
    def interrupt(name):
        raise KeyboardInterrupt

    articles["result"] = interrupt
    code, _, err = run("reproduce", "letters", "--backend", "python")
    assert code == 130 and len(err) == 1 and err[0].startswith("purenn: ")


@pytest.mark.parametrize(
    "error",
    [FloatingPointError("another rounding"), OverflowError("too large"), MemoryError()],
    ids=lambda error: type(error).__name__,
)
def test_what_a_run_can_raise_is_one_line(refused, articles, error):
    def fail(name):
        raise error

    articles["result"] = fail
    words = str(error) or "out of memory"
    refused(["reproduce", "letters", "--backend", "python"], words, may_print=True)


# Errors are one line


WRONG = {
    "an unknown command": (["train"], "'train'", "reproduce", "info"),
    "an option and no command": (["--json"], "--json", "purenn --help"),
    "no command": (["--"], "purenn --help"),
    "an empty command": ([""], "reproduce", "info"),
    "an unknown article": (["reproduce", "mnist"], "'mnist'", *ARTICLES),
    "an unknown article beside a known": (["reproduce", "letters", "mnist"], "'mnist'"),
    "an empty article": (["reproduce", ""], "article", "''"),
    "an article with an end of line": (["reproduce", "let\nters"], "article"),
    "a long article": (["reproduce", "x" * 5000], "article", *ARTICLES),
    "an unknown flag": (["reproduce", "--verbose"], "--verbose"),
    "a flag of another command": (["info", "--json"], "--json", "purenn info --help"),
    "a wrong option of export": (["export", "a.json", "--tu", "c"], "--tu", "purenn export --help"),
    "too many words": (["info", "a.json", "b.json"], "b.json"),
    "no model file": (["info", "letters"], "letters"),
    "no backend": (["reproduce", "--backend"], "--backend"),
    "an unknown backend": (["reproduce", "--backend", "gpu"], "--backend", "'gpu'", "python", "c"),
    "0 epochs": (["reproduce", "--epochs", "0"], "--epochs", "1 to 1000000000", "0"),
    "negative epochs": (["reproduce", "--epochs", "-1"], "--epochs", "1 to 1000000000", "-1"),
    "epochs in words": (["reproduce", "--epochs", "ten"], "--epochs", "'ten'"),
    "fractional epochs": (["reproduce", "--epochs", "1.5"], "--epochs", "'1.5'"),
    "more epochs than a run ends with": (
        ["reproduce", "--epochs", "99999999999999999999"],
        "--epochs",
        "1 to 1000000000",
    ),
    "a negative seed": (["reproduce", "--seed", "-1"], "--seed", "4294967295", "-1"),
    "a large seed": (["reproduce", "--seed", "4294967296"], "--seed", "4294967295"),
    "a seed in words": (["reproduce", "--seed", "random"], "--seed", "'random'"),
    "data for all": (["reproduce", "--data", "x.csv"], "--data", "digits"),
    "data for another": (["reproduce", "letters", "--data", "x.csv"], "--data", "digits"),
    "data for two": (["reproduce", "digits", "planar", "--data", "x.csv"], "--data", "digits"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments(refused, articles, name):
    arguments, *words = WRONG[name]
    refused(arguments, *words)
    assert articles["calls"] == []


def test_an_unknown_command_is_named(refused):
    """Not `argument : invalid choice`."""
    refused(["train"], "command")


@pytest.mark.parametrize("value", ["foo", "0", "-1", "65", "1.5", ""])
def test_info_refuses_what_is_no_number_of_threads(refused, run, native, monkeypatch, value):
    monkeypatch.setenv("PURENN_THREADS", value)
    refused(["info"], "PURENN_THREADS: expected 1 to 64", repr(value))
    monkeypatch.setenv("PURENN_THREADS", "3")
    code, out, _ = run("info")
    assert code == 0 and "threads: 3" in out


@pytest.mark.parametrize("command", [[], ["reproduce"], ["info"]])
@pytest.mark.parametrize("value", ["nonsense", "C", "both"])
def test_wrong_environment(refused, articles, monkeypatch, command, value):
    monkeypatch.setenv("PURENN_BACKEND", value)
    refused(command, "PURENN_BACKEND", f"'{value}'", "auto", may_print=True)
    assert articles["calls"] == []


def test_the_option_rules_over_the_environment(run, articles, monkeypatch):
    monkeypatch.setenv("PURENN_BACKEND", "nonsense")
    assert run("reproduce", "planar", "--backend", "python")[0] == 0


# --data


def write_csv(folder, *lines):
    path = folder / "train.csv"
    path.write_text("\n".join(["label,pixel0,pixel1", *lines]) + "\n", encoding="ascii")
    return str(path)


def test_data(run, tmp_path):
    path = write_csv(tmp_path, "0,1,2", "1,200,3", "2,3,250")
    for data in (path, str(tmp_path)):
        code, out, err = run(
            "reproduce", "digits", "--data", data, "--epochs", "2", "--backend", "python"
        )
        assert (code, err) == (0, [])
        assert any("2-16-16-10, 2 images to train, 1 to test" in line for line in out)


def test_wrong_data(refused, tmp_path):
    path = write_csv(tmp_path, "0,1,2", "1,256,3")
    command = ["reproduce", "digits", "--backend", "python", "--data"]
    refused([*command, path], "train.csv", "line 3", may_print=True)
    refused([*command, str(tmp_path / "absent")], "absent", may_print=True)
    refused([*command, ""], may_print=True)
    (tmp_path / "empty").mkdir()
    refused([*command, str(tmp_path / "empty")], "train.csv", may_print=True)
    path = write_csv(tmp_path, "0,1,2")  # nothing is left to test
    refused([*command, path, "--epochs", "1"], "image", may_print=True)


# --json


@pytest.mark.parametrize("arguments", [["house_price"], ["letters", "--epochs", "2"], ["planar"]])
def test_every_line_is_json(run, arguments):
    if arguments == ["planar"]:
        arguments = ["planar", "--epochs", "1"]
    code, out, err = run("reproduce", *arguments, "--backend", "python", "--json")
    assert (code, err) == (0, [])
    for line in out:
        record = json.loads(line, parse_constant=pytest.fail)
        assert record.pop("erratum", "X") != ""
        assert sorted(record) == [
            "agrees",
            "article",
            "backend",
            "computed",
            "counts_as",
            "document",
            "number",
            "printed",
            "repeats",
        ]
        assert record["article"] == arguments[0] and record["backend"] == "python"
        assert type(record["agrees"]) is bool
    if arguments[0] == "house_price":
        records = [json.loads(line) for line in out]
        assert sum(record["agrees"] for record in records) == 24
        y = [record for record in records if record["number"] == "y[0][0]"]
        assert [(record["printed"], record["computed"]) for record in y] == [("0.73992695",) * 2]


def test_json_of_both_engines(run, native):
    code, out, _ = run("reproduce", "house_price", "--backend", "both", "--json")
    records = [json.loads(line) for line in out]
    by_engine = {
        name: [{**r, "backend": ""} for r in records if r["backend"] == name]
        for name in ("c", "python")
    }
    assert code == 0 and by_engine["c"] == by_engine["python"] != []
    assert len(records) == 2 * len(by_engine["c"])


# --plot


@pytest.fixture
def matplotlib(monkeypatch):
    """A stand-in for matplotlib; what it is asked to save is in saved."""
    figure_class = mock.MagicMock()
    figure_class().canvas.get_supported_filetypes.return_value = {"png": "", "svg": "", "pdf": ""}
    module = mock.MagicMock(Figure=figure_class)
    monkeypatch.setitem(sys.modules, "matplotlib", mock.MagicMock(figure=module))
    monkeypatch.setitem(sys.modules, "matplotlib.figure", module)
    return figure_class()


@pytest.mark.parametrize("name", ["a.png", "a.svg", "a.pdf", "folder.with.dots/a.png"])
def test_plot(run, articles, matplotlib, tmp_path, name):
    (tmp_path / "folder.with.dots").mkdir()
    code, _, err = run("reproduce", "planar", "letters", "--backend", "python", "--plot", name)
    assert (code, err) == (0, [])
    assert [call.args[0] for call in matplotlib.savefig.call_args_list] == [name]


@pytest.mark.parametrize(
    "name", ["plot", "plot.", ".png", "plot.docx", "plot.py", "absent/plot.png", "folder.png", ""]
)
def test_where_no_plot_can_be(refused, articles, matplotlib, tmp_path, name):
    """Refused before the run that it would be lost with."""
    (tmp_path / "folder.png").mkdir()
    refused(["reproduce", "planar", "--backend", "python", "--plot", name], "--plot")
    assert articles["calls"] == []


def test_plot_without_matplotlib(refused, articles, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    refused(["reproduce", "planar", "--plot", "a.png"], "--plot", "matplotlib", "purenn[plot]")
    assert articles["calls"] == []


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", "PNG"])
def test_plot_with_matplotlib(run, tmp_path, ending):
    pytest.importorskip("matplotlib")
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending.lower()]
    name = f"picture.{ending}"
    code, _, err = run("reproduce", "house_price", "--backend", "python", "--plot", name)
    assert (code, err) == (0, [])
    assert (tmp_path / name).read_bytes().startswith(begins)


# In a process of its own


def test_an_error_in_a_process(tmp_path):
    code, out, err = finish(start("reproduce", "mnist", folder=tmp_path))
    assert (code, out) == (2, "")
    assert err.startswith("purenn: ") and err.count("\n") == 1


ENVIRONMENTS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "Windows": {"PYTHONIOENCODING": "cp1252"},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no home": {"HOME": None, "USERPROFILE": None},
    "narrow": {"TERM": "dumb", "COLUMNS": "1"},
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments(tmp_path, name):
    """Every command and an error, and in the encodings every article."""
    environment = ENVIRONMENTS[name]
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    articles = ARTICLES if "PYTHONIOENCODING" in environment else ["letters"]
    model = "résumé → 1.json"
    purenn.Network([1, 1], seed=0).save(tmp_path / model)

    def finished(*arguments):
        process = start(*arguments, folder=tmp_path, environment=environment)
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(encoding), err.decode(encoding)

    code, out, err = finished("reproduce", *articles, "--epochs", "1", "--backend", "python")
    assert (code, err) == (0, "") and "reproduced" in out
    for arguments in (["info"], ["reproduce", "--help"], ["export", model, "--to", "python"]):
        code, _, err = finished(*arguments)
        assert (code, err) == (0, "")
    code, _, err = finished("→")
    assert code == 2 and err.count("\n") == 1


@POSIX
@pytest.mark.parametrize(
    "arguments",
    [
        ["info"],
        ["--help"],
        ["reproduce", "--help"],
        ["reproduce", "house_price", "--backend", "python"],
        ["reproduce", "letters", "--epochs", "5", "--backend", "python", "--json"],
    ],
    ids=["info", "help", "help of a command", "a table", "records"],
)
@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_reader_that_has_gone(tmp_path, arguments, unbuffered):
    """As in `purenn | true`: no traceback, nothing on stderr."""
    read, write = os.pipe()
    os.close(read)
    try:
        process = start(
            *arguments, folder=tmp_path, stdout=write, flags=["-u"] if unbuffered else []
        )
    finally:
        os.close(write)
    code, _, err = finish(process)
    assert err == "" and code in (0, 128 + 13)


@POSIX
def test_a_reader_that_goes_after_a_line(tmp_path):
    process = start(
        "reproduce", "letters", "--epochs", "30", "--backend", "python", "--json",
        folder=tmp_path, flags=["-u"],
    )  # fmt: skip
    json.loads(process.stdout.readline())
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 128 + 13) and err == b""


@POSIX
@pytest.mark.parametrize("arguments", [["info"], ["reproduce", "house_price"]])
def test_a_full_disk(tmp_path, arguments):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        code, _, err = finish(start(*arguments, folder=tmp_path, stdout=full))
    assert code == 2 and err.startswith("purenn: ") and err.count("\n") == 1, err


CLOSED_OR_FULL = {
    "stdout": ">&-",
    "stderr": "2>&-",
    "both": ">&- 2>&-",
    "a full disk for stderr": "2>/dev/full",
}


@POSIX
@pytest.mark.parametrize("streams", CLOSED_OR_FULL)
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["info"], 0),
        (["reproduce", "planar", "--epochs", "2", "--backend", "python"], 0),  # shows progress
        (["reproduce", "mnist"], 2),
    ],
    ids=["info", "a run", "an error"],
)
def test_streams_that_take_nothing(tmp_path, streams, arguments, status):
    """The exit status tells what there is no place to say; stderr's text never goes to stdout."""
    if "full" in streams and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    command = shlex.join([sys.executable, "-m", "purenn", *arguments])
    result = subprocess.run(
        f"{command} {CLOSED_OR_FULL[streams]}",
        shell=True, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert result.returncode == status
    assert "Traceback" not in result.stderr and "purenn:" not in result.stdout
    if status == 0 and streams != "stderr":
        assert result.stderr == ""


ROUND_UPWARD = {"x86_64": 0x800, "aarch64": 0x400000}


@POSIX
def test_another_rounding_is_one_line(tmp_path, native):
    """Where something has switched the processor, as a library loaded before may do."""
    if platform.machine() not in ROUND_UPWARD or not sys.platform.startswith("linux"):
        pytest.skip("fesetround is called by Linux's numbers")
    code = (
        "import ctypes, sys; from purenn.commands import main; "
        f"assert ctypes.CDLL('libm.so.6').fesetround({ROUND_UPWARD[platform.machine()]}) == 0; "
        "sys.exit(main(['reproduce', 'letters', '--backend', 'c']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 2 and result.stderr.count("\n") == 1
    assert result.stderr.startswith("purenn: ") and "round" in result.stderr


@POSIX
def test_ctrl_c_in_a_process(tmp_path):
    def listen():  # also where the tests run in the background, deaf to it
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = start(
        "reproduce", "digits", "--backend", "python", folder=tmp_path, flags=["-u"],
        preexec_fn=listen,
    )  # fmt: skip
    try:
        for line in process.stdout:
            if b"images to train" in line:
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err.startswith(b"purenn: ") and err.count(b"\n") == 1, err
