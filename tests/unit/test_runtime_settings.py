"""Settings: what is said is what is meant, and what is wrong is named in one line."""

from pathlib import Path

import pytest
from pydantic import Field

from services.runtime.settings import Settings, SettingsError, load


class Example(Settings):
    deep: bool = True
    pace: int = Field(default=3, ge=1)


class Other(Settings):
    elsewhere: str = ""


def loaded(env: dict[str, str], toml: Path | None = None) -> Example:
    return load(Example, [Other], env, toml)


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "webcare.toml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_reach_a_local_kafka_and_elasticsearch() -> None:
    settings = loaded({})
    assert (settings.kafka_bootstrap, settings.elasticsearch_url) == ("127.0.0.1:9092", "http://127.0.0.1:9200")
    assert settings.retention_days == 400


@pytest.mark.parametrize("text", ["false", "False", "0", "no", "off"])
def test_false_is_false(text: str) -> None:
    assert loaded({"WEBCARE_DEEP": text}).deep is False


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(toml: Path) -> None:
    toml.write_text("pace = 5\nretention_days = 30\nslot = 'b'\n", encoding="utf-8")
    settings = loaded({"WEBCARE_PACE": "7"}, toml)
    assert (settings.pace, settings.retention_days, settings.slot, settings.deep) == (7, 30, "b", True)


def test_the_file_is_found_in_the_working_folder_and_where_the_environment_says(toml: Path, tmp_path: Path) -> None:
    toml.write_text("pace = 5\n", encoding="utf-8")
    assert loaded({}).pace == 5
    named = tmp_path / "other.toml"
    named.write_text("pace = 6\n", encoding="utf-8")
    assert loaded({"WEBCARE_CONFIG": str(named)}).pace == 6


def test_a_secret_comes_from_a_file_without_its_newline_and_is_not_shown(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("a-long-and-secret-signing-key\n", encoding="utf-8")
    settings = loaded({"WEBCARE_SIGNING_KEY_FILE": str(secret)})
    assert settings.signing_key is not None
    assert settings.signing_key.get_secret_value() == "a-long-and-secret-signing-key"
    assert "a-long-and-secret" not in repr(settings)


def test_another_services_setting_is_known_but_not_ours(toml: Path) -> None:
    toml.write_text("elsewhere = 'x'\n", encoding="utf-8")
    assert "elsewhere" not in type(loaded({"WEBCARE_ELSEWHERE": "y"}, toml)).model_fields


def test_what_only_the_tests_and_the_launcher_read_is_passed_over() -> None:
    assert (
        loaded({"WEBCARE_TEST_KAFKA": "x:1", "WEBCARE_TEST_ANYTHING": "1", "WEBCARE_CACHE": "/x", "HOME": "/"}).pace
        == 3
    )


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"WEBCARE_KAFKA_BOOTSTRAPS": "x:1"}, "WEBCARE_KAFKA_BOOTSTRAPS"),
        ({"WEBCARE_PACE": "fast"}, "WEBCARE_PACE"),
        ({"WEBCARE_PACE": "0"}, "WEBCARE_PACE"),
        ({"WEBCARE_DEEP": "perhaps"}, "WEBCARE_DEEP"),
        ({"WEBCARE_SLOT": "Slot 1"}, "WEBCARE_SLOT"),
        ({"WEBCARE_PASSWORD_FILE": "/nowhere"}, "WEBCARE_PASSWORD_FILE"),
        ({"WEBCARE_SIGNING_KEY_FILE": "/nowhere/at/all"}, "WEBCARE_SIGNING_KEY_FILE"),
        ({"WEBCARE_CONFIG": "/nowhere/webcare.toml"}, "/nowhere/webcare.toml"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(env: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        loaded(env)
    assert named in str(stopped.value)
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize(("text", "named"), [("paces = 5\n", "'paces'"), ("pace = \n", "webcare.toml")])
def test_a_wrong_file_is_named(toml: Path, text: str, named: str) -> None:
    toml.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=named):
        loaded({}, toml)


def test_a_malformed_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as stopped:
        loaded({"WEBCARE_KAFKA_SECURITY_PASSWORD": "hunter2", "WEBCARE_PACE": "hunter2"})
    assert "hunter2" not in str(stopped.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        loaded({}).pace = 4  # type: ignore[misc]  # that it cannot be assigned is what is tested
