"""The console as `streamlit run` serves it: Streamlit's own server, with routes of ours beside its own."""

from streamlit.starlette import App

from botops.console import server

app = App(server.SCRIPT, routes=server.routes(), middleware=server.middleware())
