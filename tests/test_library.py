"""Where flows and templates are found."""

from pathlib import Path

import pytest

from coach.errors import FlowNotFound
from coach.library import find_flow, home, list_flows, roots


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with a states folder of the user's."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "states").mkdir()
    return tmp_path / "states"


@pytest.mark.parametrize("kind", ["states", "prompts"])
def test_home_is_a_folder_that_is_there(kind):
    """The built-in flows and templates are found in a checkout and in an installed package."""
    assert home(kind).is_dir()
    assert home(kind).name == kind


def test_the_users_folder_comes_first(folder: Path):
    """Without a folder given it is the one under the current directory."""
    assert roots("states") == (Path("states"), home("states"))
    assert roots("prompts", "mine") == (Path("mine"), home("prompts"))


def test_the_built_in_folder_is_searched_once(monkeypatch: pytest.MonkeyPatch):
    """In the checkout itself the user's folder is the built-in one."""
    monkeypatch.chdir(home("states").parent)
    assert roots("states") == (home("states"),)


def test_a_name_finds_the_built_in_flow(folder: Path):
    """Nothing of the user's is needed."""
    assert find_flow("grow") == home("states") / "grow.yaml"


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".json"])
def test_placing_a_file_overrides_a_flow(folder: Path, suffix: str):
    """The user's file of the same name wins, in any format."""
    (folder / f"grow{suffix}").write_text("{}")
    assert find_flow("grow") == Path("states") / f"grow{suffix}"


def test_yaml_wins_over_json_in_one_folder(folder: Path):
    """The order is .yaml, .yml, .json, whatever the file system says."""
    for suffix in (".json", ".yml", ".yaml"):
        (folder / f"mine{suffix}").write_text("{}")
    assert find_flow("mine").suffix == ".yaml"


@pytest.mark.parametrize(
    "path", ["states/mine.yaml", "./states/mine.yaml", Path("states/mine.yaml")]
)
def test_a_path_is_taken_as_it_is(folder: Path, path):
    """A suffix or a separator makes a path."""
    (folder / "mine.yaml").write_text("{}")
    assert find_flow(path) == Path("states/mine.yaml")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("grwo", "no flow 'grwo' in 'states' and .* Did you mean 'grow'\\? Known flows: .*grow, "),
        ("zzz", "no flow 'zzz' .* Known: .*grow, "),
        ("Grow", "Did you mean 'grow'"),
        ("", "no flow ''"),
        ("..", "no flow '..'"),
        ("states/mein.yaml", "no flow file 'states/mein.yaml'. Did you mean 'mine.yaml'"),
        ("./states", "is a folder"),
        ("nowhere/x.json", "no flow file 'nowhere/x.json'"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(folder: Path, asked: str, says: str):
    """The message names the flow, where it was looked for, and the nearest one."""
    (folder / "mine.yaml").write_text("flow: mine")
    with pytest.raises(FlowNotFound, match=says):
        find_flow(asked)


def test_only_what_looks_like_a_flow_is_suggested_for_a_path(folder: Path):
    """At most five of them; a folder may hold any other YAML and JSON."""
    (folder / "container_info.json").write_text("{}")
    (folder / "compose.yaml").write_text("services: {}")
    (folder / "locked.yaml").write_text("")
    with pytest.raises(FlowNotFound, match=r"no flow file 'states/x.yaml'\.$"):
        find_flow("states/x.yaml")
    for letter in "abcdefg":
        (folder / f"{letter * 9}.yml").write_text(f"# mine\nflow: {letter}")
    with pytest.raises(FlowNotFound) as refused:
        find_flow("states/x.yaml")
    assert str(refused.value).count(".yml") == 5


def test_flows_are_listed_by_name(folder: Path):
    """Files that are no flows, or whose names are no names, are left out."""
    for name in ("b.yaml", "a.json", "READ ME.yaml", "notes.txt"):
        (folder / name).write_text("{}")
    assert list(list_flows(["states"])) == ["a", "b"]
    assert {"grow", "requirements"} <= set(list_flows())


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path):
    """Most projects have no folder of their own."""
    assert list_flows([tmp_path / "none"]) == {}
