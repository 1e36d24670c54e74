"""The console: Streamlit pages over `botops.app`."""
