"""The console's entry: settles the language and offers the pages."""

from __future__ import annotations

import streamlit as st

from botops.console import i18n, navigation
from botops.console.i18n import _


def main() -> None:
    """Draws the console. Called by Streamlit at every interaction."""
    st.set_page_config(page_title="botops", page_icon=":material/price_check:", layout="wide")
    i18n.choose()
    chosen = st.navigation(navigation.pages())
    with st.sidebar:
        st.caption(_("No sign-in: the console is open on this computer only (127.0.0.1)."))
    chosen.run()


if __name__ == "__main__":
    main()
