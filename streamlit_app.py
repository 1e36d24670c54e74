"""`streamlit run streamlit_app.py`: the console of the project in this folder."""

from streamlit.starlette import App

from botops.console import server

app = App(server.SCRIPT, routes=server.routes(), middleware=server.middleware())
