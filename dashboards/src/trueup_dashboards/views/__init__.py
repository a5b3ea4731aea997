"""One module per page, run by Streamlit as a script."""
