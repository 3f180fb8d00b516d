"""The core as one file: what it holds, other people's builds of it, the example beside it."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache

import pytest
from cases import train_epoch
from exports import BUILDS
from test_c_core import ROOT, STRICT, check_driver

from purenn import Network, __version__, export_c, reference
from purenn.articles import letters
from purenn.export import export_core


@cache
def example_output():
    """What letters.c prints, computed by the reference."""
    state = reference.random_seed(1)
    parameters = reference.initialize([30, 5, 3], "glorot_uniform", state)
    X, Y = letters.RECIPE.samples()
    sigmoids = ["sigmoid", "sigmoid"]
    network = reference.Network(parameters, sigmoids, "binary_cross_entropy", True)
    lines = []
    for epoch in range(1, 1001):
        order = reference.random_permutation(state, 3)
        loss = train_epoch(reference, network, X, Y, order, 1, 0.1)
        if epoch % 200 == 0:
            lines.append(f"epoch {epoch:4}: loss {loss:.17g}")
    _, A = reference.forward(X[1:2], network)
    lines += [f"{letter}: {output:.17g}" for letter, output in zip("ABC", A[-1][0])]
    return "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path):
    """The exported core."""
    export_core(tmp_path / "core")
    return tmp_path / "core"


def run(*command, folder=None):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_holds_the_core_word_for_word(folder):
    assert (folder / "purenn.h").read_bytes() == (ROOT / "csrc" / "purenn.h").read_bytes()
    text = (folder / "purenn.c").read_text()
    assert f"purenn {__version__}" in text
    assert (ROOT / "LICENSE").read_text().splitlines()[2] in text
    for path in (ROOT / "csrc").glob("*.c"):
        code = path.read_text()
        body = code[re.search(r"^(?:/\* (?!SPDX)|static|double|void)", code, re.M).start() :]
        for part in re.split(r'#include "[^"]*"\n', body):
            assert part.strip() in text, path.name


@pytest.mark.parametrize(
    "build", [b if b == "gcc" else pytest.param(b, marks=pytest.mark.slow) for b in BUILDS]
)
def test_keeps_its_bits_in_other_people_s_builds(build, folder, tmp_path):
    """Eighty of the trainings of test_equal_bits.py, and the elementary functions."""
    run(*BUILDS[build], *STRICT, "-c", folder / "purenn.c", "-o", tmp_path / "purenn.o")
    driver = ROOT / "tests" / "c" / "driver.c"
    run(
        "gcc",
        "-std=c99",
        "-I",
        folder,
        driver,
        tmp_path / "purenn.o",
        "-lm",
        "-o",
        tmp_path / "driver",
    )
    check_driver(tmp_path / "driver", cases=80)


def test_states_its_version(folder):
    numbers = re.findall(r"#define PN_VERSION_\w+ (\d+)", (folder / "purenn.h").read_text())
    assert ".".join(numbers) == __version__
    assert f"project(purenn VERSION {__version__} " in (folder / "CMakeLists.txt").read_text()


def test_offers_what_the_header_declares_and_needs_nothing(folder, tmp_path):
    run("gcc", "-std=c99", "-O2", "-c", folder / "purenn.c", "-o", tmp_path / "purenn.o")
    listed = run("nm", tmp_path / "purenn.o")
    header = (folder / "purenn.h").read_text()
    functions = set(re.findall(r"^(?:void|double|size_t|uint32_t) (pn_\w+)\(", header, re.M))
    descriptions = set(re.findall(r"^extern const struct \w+ (pn_\w+);", header, re.M))
    assert set(re.findall(r" T (\w+)", listed)) == functions
    assert set(re.findall(r" [RD] (\w+)", listed)) == descriptions
    assert set(re.findall(r" U (\w+)", listed)) <= {
        "memset",
        "memcpy",
        "sqrt",
        "_GLOBAL_OFFSET_TABLE_",
    }
    assert not re.search(r" [dBbC] ", listed)


TRAINS = """
static const size_t sizes[] = {2, 1};
static const struct pn_activation *const activations[] = {&pn_sigmoid_activation};
static double parameters[3], workspace[5], X[2], Y[1], L[1];
static const struct pn_network network = {
    sizes, activations, &pn_binary_cross_entropy_loss, parameters, 1, 1};
static struct pn_optimizer optimizer = {.rule = &pn_gradient_descent_rule};
static void train(void)
{
    pn_train_epoch(L, &network, &optimizer, workspace, 0, X, Y, 0, 1, 0, 0, 1);
}
"""
LEARNS = """
static void learn(void)
{
    optimizer.rule = &pn_adam_rule;
    optimizer.clip = pn_clip_gradients;
}
"""
DRAWS = """
static struct pn_random state;
static void draw(void)
{
    static size_t order[9];
    pn_random_seed(&state, 1);
    pn_initialize(parameters, sizes, pn_glorot_uniform, &state, 1);
    pn_random_permutation(order, &state, 9);
}
"""


def test_what_is_not_used_is_not_linked(folder, tmp_path):
    """Random numbers where nothing is drawn, normal ones where uniform ones are; other optimizers,
    clipping, decay, and dropout's masks."""

    def linked(program, main):
        source = f'#include "purenn.h"\n{program}int main(void) {{ {main} return 0; }}\n'
        (tmp_path / "main.c").write_text(source)
        sections = ["-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"]
        sources = [tmp_path / "main.c", folder / "purenn.c", "-lm"]
        run("gcc", "-O2", *sections, "-I", folder, *sources, "-o", tmp_path / "main")
        return set(re.findall(r" T pn_(\w+)", run("nm", tmp_path / "main")))

    trained = linked(TRAINS, "train();")
    assert "train_epoch" in trained
    others = {name for name in trained if re.search("random|initialize|masks|clip|decay", name)}
    assert not others | trained & {"momentum", "nesterov", "adam", "rprop", "adam_rates"}
    learned = linked(TRAINS + LEARNS, "train(); learn();") - trained
    assert learned == {"adam", "adam_rates", "clip_gradients", "gradient_norm"}
    drawn = linked(TRAINS + DRAWS, "train(); draw();") - trained
    assert {"random_permutation", "initialize", "glorot_uniform"} <= drawn
    assert not [name for name in drawn if "normal" in name or "he_" in name]


def test_example_by_its_makefile(folder):
    run("make", folder=folder)
    assert run(folder / "letters") == example_output()
    run("make", "clean", folder=folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "CMakeLists.txt", "Makefile", "letters.c", "purenn.c", "purenn.h",
    ]  # fmt: skip


@pytest.mark.slow
def test_example_by_cmake(folder):
    run("cmake", "-B", "build", folder=folder)
    run("cmake", "--build", "build", folder=folder)
    assert run(folder / "build" / "letters") == example_output()


@pytest.mark.slow
def test_another_cmake_project_links_it(folder, tmp_path):
    (tmp_path / "main.cpp").write_text(
        '#include "purenn.h"\nint main() { return pn_exp(0.0) == 1.0 ? 0 : 1; }\n'
    )
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.10)\nproject(user LANGUAGES C CXX)\n"
        "add_subdirectory(core)\nadd_executable(user main.cpp)\n"
        "target_link_libraries(user PRIVATE purenn)\n"
    )
    run("cmake", "-B", "build", folder=tmp_path)
    run("cmake", "--build", "build", folder=tmp_path)
    run(tmp_path / "build" / "user")


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_example_compiles_without_a_warning_and_is_clean(compiler, folder, tmp_path):
    flags = ["-std=c99", *STRICT, "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    sources = [folder / "letters.c", folder / "purenn.c"]
    run(compiler, *flags, *sources, "-lm", "-o", tmp_path / "letters")
    assert run(tmp_path / "letters") == example_output()


def test_refuses_a_path_that_exists(tmp_path):
    (tmp_path / "Makefile").write_text("mine")
    with pytest.raises(FileExistsError, match="exists already"):
        export_core(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["Makefile"]


def test_ships_in_the_package(tmp_path):
    """Also without a checkout at hand, as it was installed."""
    program = "from purenn.export import export_core; export_core('out')"
    run(sys.executable, "-I", "-c", program, folder=tmp_path)
    assert len(list((tmp_path / "out").iterdir())) == 5


def test_avr_is_refused_in_one_line(folder, tmp_path):
    """Its doubles have 32 bits."""
    if shutil.which("avr-gcc") is None:
        assert os.environ.get("PURENN_TARGETS") != "require", "avr-gcc is not installed"
        pytest.skip("avr-gcc is not installed: apt install gcc-avr avr-libc")
    export_c(Network([2, 1], activations="sigmoid", seed=0), folder, "net")
    for name in ("purenn.c", "net.c"):
        command = ["avr-gcc", "-mmcu=atmega2560", "-std=c99", "-c", folder / name]
        done = subprocess.run([*command, "-o", tmp_path / "out.o"], capture_output=True, text=True)
        assert done.returncode != 0
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        assert len(errors) == 1 and "purenn: double is not IEEE-754 binary64" in errors[0]
