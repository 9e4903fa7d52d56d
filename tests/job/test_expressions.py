from collections.abc import Mapping

from joblens.job.expressions import Expression, expressions, groups, substitute
from joblens.job.model import Dialect

TODAY, PREVIEW = Dialect.TODAY, Dialect.PREVIEW


def found(text: str, dialect: Dialect = TODAY) -> list[Expression]:
    all_found = expressions(text, dialect)
    for one in all_found:
        assert text[one.start : one.end] == one.raw
        assert text[one.name_start : one.name_end] == one.name
        if one.step is not None:
            assert text[one.step_start : one.step_end] == one.step
    return all_found


def names(text: str, dialect: Dialect = TODAY) -> list[tuple[str, str, bool]]:
    return [(one.context, one.name, one.closed) for one in found(text, dialect)]


def put(text: str, values: Mapping[tuple[str, str], str], dialect: Dialect = TODAY) -> str:
    return substitute(text, values, dialect)


def test_each_context_of_today_is_told() -> None:
    assert names("a ${{inputs.x}} ${{outputs.y}} ${{search_space.z}} ${{default_datastore}} ${{name}}") == [
        ("inputs", "x", True),
        ("outputs", "y", True),
        ("search_space", "z", True),
        ("", "default_datastore", True),
        ("", "name", True),
    ]


def test_blanks_inside_the_braces_are_seen_and_said() -> None:
    [tight, spaced] = found("${{inputs.x}} ${{ inputs.x }}")
    assert (tight.spaced, spaced.spaced) == (False, True)
    assert (spaced.context, spaced.name) == ("inputs", "x")


def test_a_reference_to_a_step_names_the_step_and_the_output() -> None:
    [one] = found("${{parent.jobs.train.outputs.model}}")
    assert (one.context, one.step, one.name) == ("parent.jobs.train.outputs", "train", "model")


def test_the_refresh_of_2021_referred_to_steps_without_parent() -> None:
    [one] = found("${{jobs.train.outputs.model}}")
    assert (one.context, one.step, one.name) == ("jobs.train.outputs", "train", "model")


def test_a_name_may_have_dots() -> None:
    assert names("${{inputs.group.x}} ${{parent.inputs.group.x}}") == [
        ("inputs", "group.x", True),
        ("parent.inputs", "group.x", True),
    ]


def test_an_unknown_context_is_an_expression_too() -> None:
    assert names("${{foo.bar}}") == [("foo", "bar", True)]


def test_a_step_being_typed_is_the_name() -> None:
    assert names("${{parent.jobs.tr") == [("parent.jobs", "tr", False)]


def test_an_unclosed_expression_ends_at_the_blank() -> None:
    [one] = found("python main.py --csv ${{inputs.iris --lr 1")
    assert (one.raw, one.name, one.closed) == ("${{inputs.iris", "iris", False)


def test_an_unclosed_expression_leaves_the_next_one_whole() -> None:
    assert names("${{inputs.a --b ${{inputs.b}}") == [("inputs", "a", False), ("inputs", "b", True)]


def test_one_missing_brace_is_unclosed_and_belongs_to_it() -> None:
    [one] = found("x ${{inputs.iris} y")
    assert (one.raw, one.name, one.closed) == ("${{inputs.iris}", "iris", False)


def test_an_expression_does_not_reach_over_a_line() -> None:
    assert names("${{inputs.a\n}}") == [("inputs", "a", False)]


def test_an_empty_expression_is_one() -> None:
    assert names("${{}} ${{ }} ${{inputs.}}") == [("", "", True), ("", "", True), ("inputs", "", True)]


def test_braces_of_the_shell_are_not_expressions() -> None:
    assert names("awk '{print $1}' ${HOME} {{inputs.x}} {inputs.x} $(date) ${inputs}") == []


def test_the_preview_has_single_braces_and_two_contexts() -> None:
    assert names("{inputs.a-b.c} {search_space.lr} {outputs.o} {print} ${HOME} { inputs.x }", PREVIEW) == [
        ("inputs", "a-b.c", True),
        ("search_space", "lr", True),
    ]


def test_a_preview_expression_being_typed_is_unclosed() -> None:
    assert names("--csv {inputs.ir --x {inputs.", PREVIEW) == [("inputs", "ir", False), ("inputs", "", False)]


def test_values_are_put_in() -> None:
    values = {("inputs", "x"): "/data", ("search_space", "lr"): "0.1"}
    assert (
        put("a ${{inputs.x}}/f ${{ search_space.lr }} ${{inputs.y}}", values) == "a /data/f 0.1 ${{inputs.y}}"
    )
    assert (
        put("a {inputs.x}/f {search_space.lr} {inputs.y} {x}", values, PREVIEW)
        == "a /data/f 0.1 {inputs.y} {x}"
    )


def test_a_value_is_not_read_again() -> None:
    values = {("inputs", "x"): "${{inputs.y}}", ("inputs", "y"): "no"}
    assert put("${{inputs.x}}", values) == "${{inputs.y}}"
    assert put("$[[${{inputs.x}}]]", values) == "${{inputs.y}}"


def test_an_optional_group_is_dropped_without_a_value() -> None:
    text = "run $[[--opt ${{inputs.opt}}]] $[[--two ${{inputs.a}} ${{inputs.opt}}]] end"
    assert put(text, {("inputs", "a"): "1"}) == "run   end"
    assert put(text, {("inputs", "a"): "1", ("inputs", "opt"): "2"}) == "run --opt 2 --two 1 2 end"


def test_an_expression_in_a_group_says_so() -> None:
    text = "${{inputs.a}} $[[--b ${{inputs.b}}]]"
    assert [one.optional for one in found(text)] == [False, True]
    [group] = groups(text)
    assert text[group.start : group.end] == "$[[--b ${{inputs.b}}]]"


def test_a_step_gets_its_value_under_its_whole_context() -> None:
    values = {("parent.jobs.prep.outputs", "o"): "/o"}
    assert put("${{parent.jobs.prep.outputs.o}}", values) == "/o"
