"""`purenn export`: what it writes and says, and how it refuses in one line."""

import subprocess

import pytest

from purenn import Network, export_c, export_python
from purenn.tensors import write_tensors


@pytest.fixture
def model(run, tmp_path):
    """A model file in the folder where the command runs."""
    network = Network([2, 3, 1], activations=["tanh", "sigmoid"], seed=1)
    network.save(tmp_path / "xor.json")
    return "xor.json"


@pytest.mark.parametrize("how", [["--to", "c"], ["--to", "c", "--int8"], ["--to", "python"]])
def test_either_form_of_a_model_file(run, model, tmp_path, how):
    Network.load(tmp_path / model).save(tmp_path / "xor.safetensors")
    for name in (model, "xor.safetensors"):
        code, _, err = run("export", name, *how, "--out", f"from {name}")
        assert (code, err) == (0, [])
    first, second = (
        sorted((tmp_path / f"from {name}").iterdir()) for name in (model, "xor.safetensors")
    )
    assert [path.name for path in first] == [path.name for path in second] != []
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_file_of_tensors_alone(run, refused, tmp_path):
    write_tensors(tmp_path / "other.safetensors", {}, {"format": "pt"})
    refused(["export", "other.safetensors", "--to", "c"], "other.safetensors", "'purenn'")


def test_c(run, model, tmp_path):
    code, out, err = run("export", model, "--to", "c", "--out", "out", "--prefix", "gate")
    assert (code, err) == (0, [])
    assert out == [
        "out/gate.h",
        "out/gate.c",
        "flash   104 bytes of constants, plus the code",
        "RAM     32 bytes: buffers on the stack",
        "time    9 multiply-adds per prediction",
        "test    cc -std=c99 -O2 -DGATE_SELFTEST out/gate.c -o selftest && ./selftest",
    ]
    test = out[-1].removeprefix("test ").replace("./", "out/").replace("-o ", "-o out/")
    said = subprocess.run(test, shell=True, cwd=tmp_path, capture_output=True, text=True)
    assert said.stdout == "gate: passed: the same bits as purenn in 4 predictions\n"


def test_c_with_rounded_weights_tells_the_change(run, model):
    for option in ("--float32", "--int8"):
        code, out, _ = run("export", model, "--to", "c", option, "--out", option[2:])
        assert code == 0
        (line,) = (place for place, text in enumerate(out) if text.startswith("change"))
        assert out[line].endswith("for inputs from -1 to 1,")
        assert " in 1,000 random samples, and by at most " in out[line + 1]
        flash = {"--float32": 9 * 4 + 4 * 4, "--int8": 9 + 4 * 4 + 4 * 4}[option]
        assert f"flash   {flash} bytes of constants, plus the code" in out


def test_inputs_are_the_limits_of_what_is_measured(run, model, tmp_path):
    how = ["--int8", "--inputs", "0", "255"]
    _, out, _ = run("export", model, "--to", "c", *how)
    assert any(line.endswith("for inputs from 0 to 255,") for line in out)
    code, _, _ = run("export", model, "--to", "c", "--prefix", "negative", "--inputs", "-3", "-2")
    assert code == 0
    text = (tmp_path / "negative.c").read_text()
    start = text.index("{", text.index("negative_test_x")) + 1
    numbers = [
        float(word) for word in text[start : text.index("}", start)].split(",") if word.strip()
    ]
    assert len(numbers) == 8 and all(-3 <= number <= -2 for number in numbers)


def test_c_that_trains_tells_its_workspace(run, model):
    _, out, _ = run("export", model, "--to", "c", "--train")
    assert "RAM     136 bytes: the parameters, and buffers on the stack" in out
    assert "        plus 176 of workspace to train on one sample" in out


def test_python(run, model, tmp_path):
    code, out, err = run("export", model, "--to", "python")
    assert (code, err) == (0, [])
    assert out == ["./xor.py", "test    python ./xor.py"]
    assert (tmp_path / "xor.py").exists()


def test_core(run, tmp_path):
    code, out, err = run("export", "--core", "--out", "core")
    assert (code, err) == (0, [])
    assert out[-1] == "try     make -C core && core/letters"
    assert sorted(path.name for path in (tmp_path / "core").iterdir()) == [
        "CMakeLists.txt", "Makefile", "letters.c", "purenn.c", "purenn.h",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["expected a model file", "--core"]),
        (["xor.json"], ["expected --to c or --to python"]),
        (["none.json", "--to", "c"], ["none.json"]),
        (["xor.json", "--to", "java"], ["java", "purenn export --help"]),
        (["xor.json", "--to", "c", "--int16"], ["--int16", "purenn export --help"]),
        (["xor.json", "--to", "c", "--inputs", "1"], ["--inputs", "purenn export --help"]),
        (["xor.json", "--to", "c", "--inputs", "a", "b"], ["'a'", "purenn export --help"]),
        (["xor.json", "--to", "c", "--float32", "--int8"], ["choose one of them"]),
        (["xor.json", "--to", "c", "--int8", "--train"], ["train: needs weights in float64"]),
        (["xor.json", "--to", "python", "--int8"], ["are for --to c"]),
        (["xor.json", "--to", "python", "--train"], ["are for --to c"]),
        (["xor.json", "--core"], ["takes no model"]),
        (["--core", "--train"], ["takes no"]),
        (["--core", "--prefix", ""], ["takes no"]),
        (["--core", "--inputs", "0", "1"], ["takes no"]),
        (["xor.json", "--to", "c", "--prefix", "2x"], ["prefix: expected a C identifier", "2x"]),
        (["xor.json", "--to", "c", "--inputs", "1", "0"], ["inputs: expected a lower"]),
        (["xor.json", "--to", "c", "--inputs", "nan", "0"], ["inputs", "finite"]),
        (["xor.json", "--to", "c", "--out", "xor.json"], ["xor.json"]),
        (["xor.json", "--to", "c", "--out", "xor.json/deep"], ["xor.json"]),
    ],
)
def test_what_is_wrong_is_one_line(refused, model, arguments, words, tmp_path):
    refused(["export", *arguments], *words)
    assert [path.name for path in tmp_path.iterdir()] == ["xor.json"]


def test_a_file_that_exists_is_kept(run, refused, model, tmp_path):
    run("export", model, "--to", "c")
    before = (tmp_path / "xor.c").read_bytes()
    refused(["export", model, "--to", "c", "--int8"], "xor.h", "exists already", "prefix")
    assert (tmp_path / "xor.c").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("xor", None),
        ("my_net", None),
        ("my model 2", "my_model_2"),
        ("my-net", "my_net"),
        ("_net", "net"),
        ("2nd", "net_2nd"),
        ("größe → v1.2", "gr_e_v1_2"),
    ],
)
@pytest.mark.parametrize("language", ["c", "python"])
def test_the_prefix_is_made_of_the_model_s_name(run, tmp_path, language, name, prefix):
    """And is told where it isn't the same."""
    Network([1, 1], seed=0).save(tmp_path / f"{name}.json")
    code, out, err = run("export", f"{name}.json", "--to", language, "--out", "out")
    assert (code, err) == (0, [])
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {prefix or name}
    told = [line for line in out if line.startswith("prefix")]
    assert told == ([f"prefix  {prefix}, made from the file's name"] if prefix else [])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("日本", ["prefix: cannot make one from", "'日本'"]),
        ("int", ["'int'", "keyword of C"]),
        ("purenn", ["'purenn'", "purenn itself"]),
        ("string", ["'string'", "header of C"]),
    ],
)
def test_where_no_prefix_can_be_made_one_can_be_given(refused, run, tmp_path, name, words):
    Network([1, 1], seed=0).save(tmp_path / f"{name}.json")
    refused(["export", f"{name}.json", "--to", "c"], *words, "--prefix")
    assert run("export", f"{name}.json", "--to", "c", "--prefix", "net")[0] == 0


def test_a_prefix_that_was_given_is_used_as_it_is(refused, run, model, tmp_path):
    _, out, _ = run("export", model, "--to", "python", "--prefix", "my_net")
    assert not any(line.startswith("prefix") for line in out)
    for prefix in ("purenn", "Purenn", "pn_net"):
        refused(["export", model, "--to", "c", "--prefix", prefix], f"'{prefix}'", "purenn itself")
    refused(["export", model, "--to", "c", "--prefix", "int"], "'int'", "keyword of C")


@pytest.mark.parametrize("low", ["-1e3", "-1E3", "-.5e1", "-5", "-1_000"])
def test_limits_of_inputs_below_zero(run, model, low):
    code, out, err = run("export", model, "--to", "c", "--int8", "--inputs", low, "1e3")
    assert (code, err) == (0, [])
    assert any(line.endswith(f"for inputs from {float(low):g} to 1000,") for line in out)


def test_a_folder_that_is_none(refused, model):
    for place in ("xor.json", "xor.json/deep", "xor.json/deep/deeper"):
        for what in ([model, "--to", "c"], [model, "--to", "python"], ["--core"]):
            refused(
                ["export", *what, "--out", place],
                f"{place}: expected a folder",
                "/xor.json' is not one",
            )


@pytest.mark.parametrize("backend", ["c", "python"])
def test_as_functions(backend, native, tmp_path):
    network = Network([2, 2], activations="softmax", seed=0, backend=backend)
    result = export_c(network, tmp_path, "net", weights="float32", inputs=(0, 1))
    assert [path.rsplit("/", 1)[1] for path in result.paths] == ["net.h", "net.c"]
    assert result.inputs == (0.0, 1.0) and 0 < result.change.seen <= result.change.bound
    assert export_python(network, tmp_path, "net") == [str(tmp_path / "net.py")]
