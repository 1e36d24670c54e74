"""The console's door: who has to sign in does so here, before Streamlit says a word."""
