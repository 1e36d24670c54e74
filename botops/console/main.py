"""The console's entry: settles the language and who is there, and offers the pages."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from botops.app.access.acting import acting_as
from botops.console import i18n, navigation, side, signed

# A file of our own: Streamlit fetches icons by name from a foreign host.
_ICON = Path(__file__).parent / "assets" / "icon.png"


def main() -> None:
    """Draws the console. Called by Streamlit at every interaction."""
    st.set_page_config(page_title="botops", page_icon=str(_ICON), layout="wide")
    who = signed.let_in()
    i18n.choose()
    chosen = st.navigation(navigation.pages(who), expanded=True)
    st.set_page_config(page_title=f"{chosen.title} · botops")  # of several tabs, which is which
    side.show(who)
    with acting_as(who):
        chosen.run()
    i18n.keep()


if __name__ == "__main__":
    main()
