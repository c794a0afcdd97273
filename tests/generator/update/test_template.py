"""What an update wants of the template, and which migrations carry over what Copier cannot."""

from __future__ import annotations

import re
from pathlib import Path

import copier._template
import pytest
import yaml
from packaging.version import Version

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import dump_editable, load_editable
from antrea_generator.update.migrations import MIGRATIONS, Migration, due, renamed
from antrea_generator.update.run import Request, update
from support.repos import git, run
from support.template_pairs import COPIER, Pair

NEWER = {"template/extra.txt": "newer\n"}


def test_what_copier_would_pass_over_or_run_is_an_error_and_all_of_it_is_told(pair: Pair):
    text = f"{COPIER}_migratons: []\n_tasks: [touch /tmp/x]\nmtu: {{type: int, defualt: 0}}\n"
    pair.release({"copier.yml": text})
    told = pair.refused()
    assert "copier.yml of v0.2.0:10:1: error: Copier has no setting `_migratons` (did you mean _migrations?)" in told
    assert "`_tasks` runs code of the template on this machine [template/unsafe]" in told
    assert "`mtu`: a question has no `defualt` (did you mean default?)" in told


def test_the_settings_that_are_known_are_those_that_copier_reads():
    source = Path(copier._template.__file__).read_text()
    read = set(re.findall(r"config_data(?:\.get\(|\[)\s*\"(\w+)\"", source)) | {"migrations"}
    assert read == set(facts("copier")["settings"])
    assert set(facts("copier")["question"]) == {
        field for field in copier._user_data.Question.__dataclass_fields__ if field not in _GIVEN
    }


_GIVEN = ("var_name", "answers", "context", "jinja_env", "settings")


def test_nothing_newer_is_said_and_no_step_back_is_made(pair: Pair):
    assert pair.update().out == f"nothing to do: this repository is at v0.1.0 of file://{pair.template}\n"
    pair.release(NEWER)
    pair.release({"template/extra.txt": "newest\n"}, "v0.3.0rc1")
    assert pair.update().code == 0
    assert (pair.repo / "extra.txt").read_text() == "newer\n"
    pair.change({})
    assert "v0.1.0 is older than v0.2.0, from which this repository was made" in pair.refused("--to", "v0.1.0")
    assert "has no v9" in pair.refused("--to", "v9", code=2)


@pytest.mark.parametrize(("source", "told"), [("gone.git", "cannot be fetched"), ("plain", "is a folder without Git")])
def test_a_source_that_cannot_be_had_is_told_with_the_way_out(pair: Pair, tmp_path: Path, source: str, told: str):
    (tmp_path / "plain").mkdir()
    done = pair.refused("--template", str(tmp_path / source))
    assert told in done
    assert "fix: name " in done


def test_a_repository_is_updated_from_a_bundle_where_its_source_cannot_be_reached(pair: Pair, tmp_path: Path):
    pair.release(NEWER)
    git(pair.template, "bundle", "create", "--quiet", str(tmp_path / "template.bundle"), "--all")
    pair.template.rename(tmp_path / "away")
    assert "git bundle create" in pair.refused()
    done = pair.update("--template", str(tmp_path / "template.bundle"))
    assert done.code == 0, done.err
    answers = yaml.safe_load((pair.repo / ".copier-answers.yml").read_text())
    assert (answers["_src_path"], answers["_commit"]) == (str(tmp_path / "template.bundle"), "v0.2.0")


def test_a_relative_path_that_stock_copier_recorded_is_followed_from_the_repository_or_told(pair: Pair):
    text = (pair.repo / ".copier-answers.yml").read_text()
    pair.change({".copier-answers.yml": text.replace(f"file://{pair.template}", "../template.git")})
    assert pair.update("--dry-run").code == 0
    pair.template.rename(pair.template.with_name("away"))
    told = pair.refused()
    assert (
        ".copier-answers.yml:2:1: error: the template was at ../template.git, a path from a folder that nobody" in told
    )


def test_a_version_that_the_source_no_longer_has_is_told(pair: Pair):
    pair.release(NEWER)
    text = (pair.repo / ".copier-answers.yml").read_text()
    pair.change({".copier-answers.yml": text.replace("v0.1.0", "v0.0.9")})
    assert "has no v0.0.9, the version that .copier-answers.yml records" in pair.refused()


def add_branch(repo: ClusterRepo) -> None:
    document = load_editable(repo.cluster_file.read_text())
    document["install"] = {"branch": "release"}
    repo.cluster_file.write_text(dump_editable(document))


MOVE = Migration("0.2.0", "runner is called machine", renamed("runner", "machine"), add_branch)


def test_a_migration_carries_over_what_was_renamed_and_keeps_comments(pair: Pair):
    pair.change({"cluster.yaml": "# ours\n" + (pair.repo / "cluster.yaml").read_text()})
    pipeline = "ci: {{ ci }}\nrunner: {{ machine }}\n"
    pair.release({"copier.yml": COPIER.replace("runner: {", "machine: {"), "template/pipeline.yml.jinja": pipeline})
    done = update(ClusterRepo.at(pair.repo), Request(), migrations=[MOVE])
    assert "`machine`: (none) → large, by a migration" in done.notes
    assert (pair.repo / "pipeline.yml").read_text() == "ci: both\nrunner: large\n"
    text = (pair.repo / "cluster.yaml").read_text()
    assert text.startswith("# ours\n")
    assert yaml.safe_load(text)["install"] == {"branch": "release"}


def test_a_migration_that_fails_leaves_everything_as_it_was(pair: Pair):
    def broken(repo: ClusterRepo) -> None:
        add_branch(repo)
        raise KeyError("backup")

    pair.release(NEWER)
    before = pair.state()
    with pytest.raises(AntreaGitopsError, match=r"the migration to 0.2.0 \(x\) failed: 'backup'"):
        update(ClusterRepo.at(pair.repo), Request(), migrations=[Migration("0.2.0", "x", files=broken)])
    assert pair.state() == before


def test_migrations_are_due_between_two_versions_in_their_order():
    found = [Migration(version, "") for version in ("0.10.0", "0.9.0", "0.2.0", "0.1.0")]
    assert [m.version for m in due(found, Version("0.1.0"), Version("0.9.0"))] == ["0.2.0", "0.9.0"]
    assert [m.version for m in due(found, Version("0.2.0"), None)] == ["0.9.0", "0.10.0"]
    assert MIGRATIONS == ()


def test_an_answers_file_that_names_no_template_is_told(pair: Pair):
    pair.change({".copier-answers.yml": "runner: large\n_srcpath: x\n"})
    told = pair.refused()
    assert "`_srcpath` is no key of an answers file" in told
    assert "`_src_path`, the template's address, is missing" in told
    assert "`_commit`, the template's version, is missing" in told
    (pair.repo / ".git").rename(pair.repo / "git")
    assert "an update starts from the last commit, and here is none" in run("update", cwd=pair.repo).err
