"""`streamlit run streamlit_app.py`: the console of the project in this folder."""

from botops.console.main import main

main()
