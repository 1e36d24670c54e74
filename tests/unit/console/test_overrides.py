from botops.app.supervise import SET_VARIABLE
from botops.console.data import container, forget


def test_the_console_sees_the_settings_overridden_for_this_run(repository, tmp_path, monkeypatch):
    from botops.app.container import Container
    from botops.app.scaffold import write_scaffold
    from botops.config import Secrets, load_settings

    write_scaffold(tmp_path)
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    settings = load_settings(tmp_path / "botops.yaml", overrides=[f"store.url={url}"])
    Container.open(settings, Secrets()).close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(SET_VARIABLE, f"store.url={url}\nguard.policy=observe")
    try:
        opened = container()
        assert opened.settings.store.url == url
        assert opened.settings.guard.policy == "observe"
        assert opened.store.reads.counts().turns == 0
    finally:
        forget()
