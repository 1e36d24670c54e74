"""The console's entry: settles the language and offers the pages."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from botops.console import i18n, navigation
from botops.console.i18n import _

# A file of our own: Streamlit fetches icons by name from a foreign host.
_ICON = Path(__file__).parent / "assets" / "icon.png"


def main() -> None:
    """Draws the console. Called by Streamlit at every interaction."""
    st.set_page_config(page_title="botops", page_icon=str(_ICON), layout="wide")
    i18n.choose()
    chosen = st.navigation(navigation.pages())
    with st.sidebar:
        st.caption(_("No sign-in: the console is open on this computer only (127.0.0.1)."))
    chosen.run()
    i18n.keep()


if __name__ == "__main__":
    main()
