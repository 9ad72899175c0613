"""Pulumi.local.yaml is made from the committed settings, keeps Pulumi's salt, and never loses settings of one's own."""

from pathlib import Path

from tools.places import Places
from tools.workspace import ensure, merged

TEMPLATE = "# The stack local\nconfig:\n  vectorize:one: 1\n"
NEWER = "# The stack local\nconfig:\n  vectorize:one: 2\n"
SALT = "encryptionsalt: v1:abc=\n"


def test_an_absent_file_is_the_template() -> None:
    assert merged(TEMPLATE, None, None, new_passphrase=False) == TEMPLATE


def test_a_changed_template_is_taken_over_and_the_salt_is_kept() -> None:
    assert merged(NEWER, TEMPLATE + SALT, TEMPLATE, new_passphrase=False) == NEWER + SALT


def test_the_engines_own_indentation_is_no_setting_of_ones_own() -> None:
    indented = TEMPLATE.replace("  ", "    ")
    assert merged(NEWER, indented + SALT, TEMPLATE, new_passphrase=False) == NEWER + SALT


def test_settings_of_ones_own_are_left_alone() -> None:
    own = TEMPLATE + "  vectorize:mine: true\n" + SALT
    assert merged(NEWER, own, TEMPLATE, new_passphrase=False) is None


def test_a_new_passphrase_drops_the_salt_that_no_longer_fits() -> None:
    assert merged(TEMPLATE, TEMPLATE + SALT, TEMPLATE, new_passphrase=True) == TEMPLATE


def project(folder: Path) -> Places:
    places = Places(folder)
    places.make()
    places.stack_template.parent.mkdir(parents=True)
    places.stack_template.write_text(TEMPLATE)
    return places


def test_the_passphrase_is_random_private_and_stays(tmp_path: Path) -> None:
    places, other = project(tmp_path / "one"), project(tmp_path / "two")
    ensure(places, print)
    ensure(other, print)
    first = places.passphrase.read_text()
    ensure(places, print)
    assert places.passphrase.read_text() == first != other.passphrase.read_text()
    assert places.passphrase.stat().st_mode & 0o777 == 0o600
    assert places.state.stat().st_mode & 0o777 == 0o700


def test_a_removed_file_comes_back_and_a_salted_one_stays(tmp_path: Path) -> None:
    places = project(tmp_path)
    ensure(places, print)
    places.stack_settings.write_text(TEMPLATE + SALT)
    ensure(places, print)
    assert places.stack_settings.read_text() == TEMPLATE + SALT
    places.stack_settings.unlink()
    ensure(places, print)
    assert places.stack_settings.read_text() == TEMPLATE


def test_one_is_told_when_ones_own_settings_stand_in_the_way_of_newer_ones(tmp_path: Path) -> None:
    places, said = project(tmp_path), list[str]()
    ensure(places, said.append)
    places.stack_settings.write_text(TEMPLATE + "  vectorize:mine: true\n")
    places.stack_template.write_text(NEWER)
    ensure(places, said.append)
    ensure(places, said.append)
    assert len(said) == 1
    assert "was left as it is" in said[0]
