from botops.cli.main import COMMANDS
from botops.cli.reference import reference


def test_the_page_of_commands_is_up_to_date(repository):
    assert (repository / "docs" / "cli.md").read_text("utf-8") == reference(), "make docs writes it anew"


def test_every_command_is_on_it():
    page = reference()
    for name in COMMANDS:
        assert f"## botops {name}\n" in page
