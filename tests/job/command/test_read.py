"""What a command runs is read from its text, with the place of each word; what is unclear runs nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.job.command.action import Made
from joblens.job.command.read import Reading, Run, read
from joblens.job.model import Dialect


def reading(command: str, dialect: Dialect = Dialect.TODAY) -> Reading:
    return read(command, dialect, frozenset(("plain",)))


def runs(command: str) -> tuple[Run, ...]:
    return reading(command).runs


def shown(command: str) -> list[str]:
    """Each run as its folder, its script and its arguments."""
    return [
        " ".join([f"{one.folder}:{one.script.text}", *(word.text for word in one.arguments)])
        for one in runs(command)
    ]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python train.py", ":train.py"),
        ("python3 train.py --lr 1", ":train.py --lr 1"),
        ("python3.10 -u -O train.py", ":train.py"),
        ("/opt/conda/bin/python -uO train.py", ":train.py"),
        ("python -W ignore -Xdev train.py -W x", ":train.py -W x"),
        ("A=1 B='x y' python train.py", ":train.py"),
        ("env A=1 python train.py", ":train.py"),
        ("time nohup python train.py --lr 1 &", ":train.py --lr 1"),
        ("sudo -u me -E env -u X A=1 nice -n 5 python train.py", ":train.py"),
        ("timeout -k 5 600 python train.py", ":train.py"),
        ("conda run -n base --no-capture-output python train.py", ":train.py"),
        ("sudo -E bash setup.sh", ":setup.sh"),
        ("bash -ex setup.sh 1", ":setup.sh 1"),
        ("bash -o pipefail setup.sh", ":setup.sh"),
        ("./setup.sh", ":./setup.sh"),
        ("Rscript --vanilla train.R --data x", ":train.R --data x"),
        ("python -m package.train --lr 1", ":package.train --lr 1"),
        ("torchrun --nproc_per_node 4 train.py --lr 1", ":train.py --lr 1"),
        ("torchrun --nproc_per_node ${{inputs.n}} --x=${{outputs.n}} train.py", ":train.py"),
        ("torchrun ${{inputs.all}} train.py", None),
        ("torchrun --x 1 ${{inputs.x}}.py train.py", None),
        ("torchrun -m package.train --lr 1", ":package.train --lr 1"),
        ("python -m torch.distributed.launch --nproc_per_node 4 --use_env train.py -x", ":train.py -x"),
        ("python -m torch.distributed.run --nnodes 2 src/train.py", ":src/train.py"),
        ("accelerate launch --config_file a.yaml train.py --lr 1", ":train.py --lr 1"),
        ("python -m accelerate.commands.launch train.py", ":train.py"),
        ("deepspeed --num_gpus=2 train.py --deepspeed ds.json", ":train.py --deepspeed ds.json"),
        ("mpirun -np 4 --hostfile h python train.py --lr 1", ":train.py --lr 1"),
        ("horovodrun -np 4 python -u train.py", ":train.py"),
        ("cd src && python train.py", "src:train.py"),
        ("cd src; cd ../lib && python train.py", "lib:train.py"),
        ("cd ./src/ \n python train.py", "src:train.py"),
        ("(cd src && python train.py)", "src:train.py"),
        ("(cd src); python train.py", ":train.py"),
        ("bash -c 'cd src && python train.py --lr 1'; python x.py", "src:train.py --lr 1|:x.py"),
        ("bash -lc \"python 'train it.py' --lr 1\"", ":train it.py --lr 1"),
        ("exec python train.py; python never.py", ":train.py"),
        ("python a.py; exit 0; python never.py", ":a.py"),
        ("python train.py \\\n  --lr 1 \\\n  --x 2", ":train.py --lr 1 --x 2"),
        ("python train.py # --not-given", ":train.py"),
        ("# python x.py\npython train.py", ":train.py"),
        ("python train.py --url a#b", ":train.py --url a#b"),
        ("python train.py > log.txt 2>&1", ":train.py"),
        ("python train.py 2> err.txt --lr 1", ":train.py --lr 1"),
        ("python train.py --lr 1 | tee log.txt", ":train.py --lr 1"),
        ("python train.py 'it''s' \"a \\\"b\\\"\"", ':train.py its a "b"'),
        ("source /usr/venv/bin/activate\nRscript accidents.R", ":accidents.R"),
        ("python a.py &&\n\n python b.py", ":a.py|:b.py"),
        ("python a.py && ", ":a.py"),
        ("set -ex; export A=1; python a.py", ":a.py"),
    ],
)
def test_the_script_and_its_arguments(command: str, expected: str | None) -> None:
    assert shown(command) == (expected.split("|") if expected else [])


@pytest.mark.parametrize(
    "command",
    [
        "python $SCRIPT",
        "python ${{inputs.script}}",
        "python ${{inputs.folder}}/train.py",
        "python /opt/app/train.py",
        "python *.py",
        "python",
        "python -",
        "python -c 'import train'",
        "python --version",
        "cd $DIR && python train.py",
        "cd && python train.py",
        "cd - && python train.py",
        "cd /opt && python train.py",
        "cd a b && python train.py",
        "source setup.sh && python train.py",
        "eval 'cd x' && python train.py",
        "pushd x && python train.py",
        "$LAUNCH python train.py",
        "for i in 1 2; do python train.py; done",
        "if true; then python train.py; fi",
        "train() { python train.py; }; train",
        "false || python train.py",
        "test -f x.py && python x.py",
        "[ -f x.py ] && python x.py",
        "command -v python3 && python x.py",
        "! python train.py",
        "python train.py 'unclosed",
        "python train.py `date",
        "python train.py ${{inputs.x",
        "cat <<EOF > train.py\nprint(1)\nEOF\npython train.py",
        "python <(cat train.py)",
        "python train.py $'a'",
        "python train.py )",
        "(python train.py",
        "&& python train.py",
        "echo 'python train.py'",
        "torchrun --no_python train.py",
        "torchrun -m train",
        "srun run.sh",
        "mpirun --wdir src -np 2 python a.py",
        "env --chdir=src python a.py",
        "sudo -D src python a.py",
        "conda run -n base --cwd src python a.py",
        "mpirun -np 1 python a.py : -np 2 python b.py",
        "bash",
        "bash -s < run.sh",
        "$[[python ${{inputs.x}}.py]]",
        "python $[[train.py ${{inputs.x}}]]",
    ],
)
def test_what_is_unclear_runs_nothing(command: str) -> None:
    assert shown(command) == []


@pytest.mark.parametrize(
    ("before", "made"),
    [
        ("", Made.NOTHING),
        ("echo hello; ls -la && nvidia-smi; ", Made.NOTHING),
        ("pip install -r requirements.txt 'mlflow<3' && ", Made.NOTHING),
        ("python -m pip install x && ", Made.NOTHING),
        ("apt-get update && apt-get install -y git; ", Made.NOTHING),
        ("mkdir -p out && cat a > out/a.txt; ", Made.NOTHING),
        ("echo x > ${{outputs.o}}/a.txt; ", Made.NOTHING),
        ("python prep.py && ", Made.SCRIPT),
        ("python -c 'import torch' && ", Made.SCRIPT),
        ("bash setup.sh && ", Made.SCRIPT),
        ("pip install -e . && ", Made.ANYTHING),
        ("pip download x && ", Made.ANYTHING),
        ("git clone https://example.org/x && ", Made.ANYTHING),
        ("wget https://example.org/train.py; ", Made.ANYTHING),
        ("cp ${{inputs.code}}/train.py . && ", Made.ANYTHING),
        ("unzip code.zip; ", Made.ANYTHING),
        ("false || cp x/train.py . ; ", Made.ANYTHING),
        ("echo 'print(1)' > train.py; ", Made.ANYTHING),
        ("echo 1 | tee train.py; ", Made.ANYTHING),
        ("bash -c 'git clone x'; ", Made.ANYTHING),
    ],
)
def test_what_may_have_been_made_before(before: str, made: Made) -> None:
    assert runs(f"{before}python train.py")[-1].made is made


@pytest.mark.parametrize(
    ("command", "complete"),
    [
        ("python train.py", True),
        ("pip install x && python prep.py && python train.py | tee log", True),
        ("echo $PATH; python train.py", True),
        ("python train.py || exit 1", True),
        ("false || python train.py", False),
        ("python -c 'import x'", False),
        ("mytool; python train.py", False),
        ("python $X; python train.py", False),
        ("if a; then b; fi", False),
    ],
)
def test_whether_something_else_runs_too(command: str, complete: bool) -> None:
    assert reading(command).complete is complete


def test_each_word_has_its_place() -> None:
    command = "cd src && bash -c \"A=1 python 'train.py' --lr ${{inputs.lr}} --to=${{outputs.o}}\" --x"
    (run,) = runs(command)
    words = (run.script, *run.arguments)
    assert [command[word.start : word.end] for word in words] == [
        "train.py",
        "--lr",
        "${{inputs.lr}}",
        "--to=${{outputs.o}}",
    ]
    assert [word.known for word in words] == [True, True, False, False]
    assert [word.splits for word in words] == [False, False, True, False]


def test_a_group_for_an_optional_input_is_optional() -> None:
    (run,) = runs("python train.py --a $[[--b ${{inputs.b}}]] $[[ --c=${{inputs.c}} ]] --d")
    assert [(word.text[:3], word.optional) for word in run.arguments] == [
        ("--a", False),
        ("--b", True),
        (run.arguments[2].text, True),
        ("--c", True),
        ("--d", False),
    ]


def test_what_the_shell_puts_in_may_be_several_words() -> None:
    (run,) = runs('python a.py $X "$X" "$@" $(date) `date` \'$X\' a*b {1,2} {x} "" ${X:-1} ~/x')
    assert [word.splits for word in run.arguments] == [
        True, False, True, True, True, False, True, True, False, False, True, True,
    ]  # fmt: skip
    assert run.arguments[5].text == "$X"


def test_a_line_that_was_folded_behind_its_backslash_is_not_clear() -> None:
    (run,) = runs("python train.py \\ --lr 1")
    assert [word.known for word in run.arguments] == [False, True]


def test_the_braces_of_the_preview_are_placeholders() -> None:
    (run,) = reading("python train.py --x {inputs.x} {y}", Dialect.PREVIEW).runs
    assert [word.known for word in run.arguments] == [True, False, True]


def test_a_search_path_for_modules_is_noted() -> None:
    assert [one.paths for one in runs("PYTHONPATH=. python -m a.b")] == [True]
    assert [one.paths for one in runs("export PYTHONPATH=.:x; python -m a.b")] == [True]
    assert [one.paths for one in runs("python -m a.b; PYTHONPATH=. python -m a.b")] == [False, True]


def test_deep_nesting_is_survived() -> None:
    assert reading("(" * 5000 + "python a.py" + ")" * 5000) == Reading()
    assert reading("bash -c " * 2000).runs == ()


_PIECES = """
python torchrun bash -c -m -u cd src train.py pkg.mod --lr --lr=1 && || ; | & ( ) < > >> 2>&1 # \\ ' " `
$ $( ${ ${{inputs.x}} ${{inputs. $[[ ]] $X * ? [ { } {a,b} ~ = A=1 if then fi exit exec timeout mpirun
accelerate launch
"""


@settings(max_examples=500, deadline=None)
@given(
    pieces=st.lists(st.sampled_from([*_PIECES.split(), " ", "\n", "\\\n", "\t", "é"]), max_size=14),
    glue=st.sampled_from(["", " "]),
    dialect=st.sampled_from(Dialect),
)
def test_any_text_is_read_and_every_place_lies_in_it(pieces: list[str], glue: str, dialect: Dialect) -> None:
    command = glue.join(pieces)
    last = 0
    for run in reading(command, dialect).runs:
        for word in (run.script, *run.arguments):
            assert 0 <= word.start <= word.end <= len(command)
            assert len(word.source.starts) == len(word.text) == len(word.source.ends)
        assert run.script.start >= last
        last = run.script.end
